// The page of the verifier's app: asks for a code, shows three answers that are never merged, is ready for the
// next person. What is shown of a certificate lives in the page and goes with the next one.

import { BundleNotUsable } from "./bundle.js";
import { NOBODY } from "./bundle_trust.js";
import { codesIn, detector, hasCamera, openCamera, picture, watch } from "./camera.js";
import { certificatesIn, certificatesInFile, Codes, isGarbled } from "./codes.js";
import { readZone, ZoneWrong } from "./mrz.js";
import { judge } from "./rules.js";
import { eventsOf, personOf } from "./shown.js";
import { play } from "./sound.js";
import { useTables } from "./tables.js";
import { compare, finding as travellerFinding } from "./traveller.js";
import { forgetTrust, heldTrust, updatedTrust } from "./trust.js";
import { verify } from "./verify.js";

const app = document.getElementById("app");
const by = (id) => document.getElementById(id);
const button = (name) => app.querySelector(`button[name="${name}"]`);
const words = JSON.parse(by("words").textContent);
const say = (name, values = {}) =>
  words[name].replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ""));
const language = document.documentElement.lang === "en" ? "en" : "ja";
const A_DAY = 86_400;
const OLD = 7 * A_DAY;
const MAY_BE_REVOKED = "may-be-revoked";

const state = {
  trust: null,
  rules: { dated: null, rules: [] },
  answer: null,
  pinned: null,
  codes: new Codes(),
  scans: 0,
  stop: null,
};

// --- trust

function showTrust(refused = null) {
  const { trust } = state;
  const now = Date.now() / 1000;
  const old = trust && (now >= trust.until || now - trust.issuedAt > OLD);
  by("trust").dataset.state = trust ? (old ? "old" : "fresh") : "none";
  const days = trust ? Math.max(0, Math.floor((now - trust.issuedAt) / A_DAY)) : 0;
  const said = trust ? say(old ? "trustOld" : "trustFresh", { version: trust.version, days }) : say("trustNone");
  by("trust-words").textContent = refused ? `${said} — ${say("trustRefused", { reason: refused.reason[language] })}` : said;
  by("trust-again").hidden = !refused;
}

async function refresh() {
  try {
    state.trust = await updatedTrust(app.dataset.bundle, state.pinned);
    showTrust();
  } catch (error) {
    showTrust(error instanceof BundleNotUsable ? error : null);  // else: no network, what is held goes on
  }
}

// --- answers

function finding(id, family, text) {
  const place = by(id);
  place.dataset.family = family;
  place.textContent = text;
}

function showPerson(content) {
  by("person").replaceChildren(...personOf(content).flatMap(([name, value]) => {
    const term = document.createElement("dt"), detail = document.createElement("dd");
    term.textContent = say(name);
    detail.textContent = value || say("hidden");
    return [term, detail];
  }));
  const lines = eventsOf(content).map(([word, line]) => (word ? `${say(word)} · ${line}` : line));
  if (!content.doses.length) lines.push(say("noDose"));
  by("doses").replaceChildren(...lines.map((line) => {
    const item = document.createElement("li");
    item.textContent = line;
    return item;
  }));
}

/** The verdict to draw: one that a summary of a list has put in doubt is neither green nor revoked. */
const drawnVerdict = ({ verdict, evidence }) =>
  verdict === "verified" && evidence.remarks.includes(MAY_BE_REVOKED) ? MAY_BE_REVOKED : verdict;

function showVerdict(answer) {
  const drawn = document.querySelector(`template[data-verdict="${drawnVerdict(answer)}"]`).content.cloneNode(true);
  const section = drawn.querySelector("section"), heading = drawn.querySelector("h3");
  heading.id = "verdict-words";
  section.setAttribute("aria-labelledby", "verdict-words");
  const remarks = answer.reason ? [answer.reason[language]] : [];
  remarks.push(...(answer.evidence?.remarks ?? []).map((remark) => say(`remark-${remark}`)));
  if (answer.evidence?.standing === "unknown-yet") remarks.push(say("standingUnknown"));
  else if (answer.verdict === "verified" && !remarks.length && !answer.evidence.checks.includes("revocation")) {
    remarks.push(say("standingNotCovered"));
  }
  for (const remark of remarks) {
    const line = document.createElement("p");
    line.className = "dads-verdict__reason";
    line.textContent = remark;
    heading.parentElement.append(line);
  }
  // The same certificate again gives the same words; the count makes a screen reader say them again.
  const count = document.createElement("span");
  count.className = "verifier-hidden";
  count.textContent = say("again", { number: ++state.scans });
  const place = by("verdict");
  place.setAttribute("role", section.dataset.family === "good" ? "status" : "alert");
  place.replaceChildren(drawn, count);
  return section.dataset.family;
}

function showTraveller() {
  const { answer } = state;
  const genuine = drawnVerdict(answer) === "verified";
  const zoned = genuine && answer.evidence.format !== "shc";
  by("zone-part").hidden = !zoned;
  finding("traveller-finding", "unknown", say(genuine ? (zoned ? "notChecked" : "eye") : notJudged(answer)));
}

/** Why the second and third question have no answer. */
const notJudged = (answer) => (answer.verdict === "verified" ? "notConfirmed" : "notGenuine");

function compareZone() {
  const { answer } = state;
  let zone;
  try {
    zone = readZone(by("zone").value);
  } catch (error) {
    if (!(error instanceof ZoneWrong)) throw error;
    const fields = { number: "passport", birth: "birth", name: "name" };
    const field = Object.hasOwn(fields, error.field) ? say(fields[error.field]) : error.field;
    const reason = error.field === "form" ? say("zoneForm") : say("zoneDigit", { field });
    finding("traveller-finding", "unknown", say("zoneWrong", { reason }));
    return;
  }
  const compared = compare(answer.content, zone);
  const fields = compared.differs.map((field) => say(field)).join("・");
  const [family, word] = {
    differs: ["bad", "differs"],
    open: ["unknown", "nothingShown"],
    eye: ["unknown", "nameByEye"],
    matches: ["good", "matches"],
  }[travellerFinding(compared)];
  finding("traveller-finding", family, say(word, { fields }));
}

function showDestination() {
  const { answer } = state;
  const destination = by("destination").value;
  const { dated, rules } = state.rules;
  if (!answer) return;
  if (drawnVerdict(answer) !== "verified") finding("destination-finding", "unknown", say(notJudged(answer)));
  else if (!destination) finding("destination-finding", "unknown", say("noDestination"));
  else {
    const found = judge(rules, { destination, payload: answer.content, at: Date.now() / 1000 });
    const [family, word] = {
      enough: ["good", "enough"],
      "not-enough": ["bad", "notEnough"],
      "no-rule": ["unknown", "noRule"],
      open: ["unknown", "open"],
    }[found];
    finding("destination-finding", family, say(word, { dated }));
  }
}

async function check(text) {
  clear();
  let answer;
  try {
    answer = await verify(text, { trust: state.trust ?? NOBODY });
  } catch {
    told(say("broken"));
    return;
  }
  state.answer = answer;
  by("result").hidden = false;
  const family = showVerdict(answer);
  by("details").hidden = !answer.content;
  by("unconfirmed").hidden = answer.verdict === "verified";
  if (answer.content) showPerson(answer.content);
  showTraveller();
  showDestination();
  by("verdict").focus();
  by("verdict").scrollIntoView({ block: "center" });
  if (by("sound").checked) play(family);
}

/** Nothing of the last person stays, in the page or in the fields. */
function clear() {
  state.answer = null;
  by("result").hidden = true;
  for (const id of ["verdict", "person", "doses"]) by(id).replaceChildren();
  for (const id of ["text", "zone", "picture"]) by(id).value = "";
  told("");
}

// --- asking

const told = (text) => { by("trouble").textContent = text; };

/** The texts in a picture, read by the server for a browser that reads no codes; nothing of it is stored. */
async function readByServer(picture) {
  const form = new FormData();
  form.append("picture", picture, picture.name ?? "camera.jpg");
  const answer = await fetch(app.dataset.codes, { method: "POST", body: form });
  const { texts, reason } = await answer.json();
  if (!texts.length && answer.status !== 422) throw new Error(reason);
  return texts;
}

async function readFile(file) {
  if (!file.type.startsWith("image/")) return certificatesInFile(file);
  const reader = await detector();
  const found = reader ? await codesIn(file, reader).catch(() => []) : [];
  return found.length && !found.some(isGarbled) ? found : readByServer(file);
}

/** Judges the certificate that the codes complete; says how many of a divided one are still missing. */
function seen(texts) {
  const whole = state.codes.add(texts);
  if (whole !== null) {
    closeCamera();
    check(whole);
    return true;
  }
  const { waiting } = state.codes;
  told(waiting ? say("chunks", waiting) : say("noCode"));
  return false;
}

async function takeFile() {
  const { files } = by("picture");
  if (!files.length) return;
  try {
    for (const file of [...files]) if (seen(await readFile(file))) break;
  } catch {
    told(say("offlinePicture"));
  }
  by("picture").value = "";
}

function closeCamera() {
  state.stop?.();
  state.stop = null;
  by("view").hidden = true;
  button("open").hidden = false;
}

async function startCamera() {
  told("");
  by("view").hidden = false;
  button("open").hidden = true;
  const reader = await detector();
  button("take").hidden = Boolean(reader);
  by("take-help").hidden = Boolean(reader);
  try {
    state.stop = await openCamera(by("video"));
  } catch {
    closeCamera();
    told(say("cameraRefused"));
    return;
  }
  if (reader) watch(by("video"), reader, inSight);
  else button("take").focus();
}

/** As `seen`; a code of octets, which this browser makes other letters of, is for the server to read. */
function inSight(texts) {
  if (!texts.some(isGarbled)) return seen(texts);
  button("take").hidden = by("take-help").hidden = false;
  told(say("octets"));
  return false;
}

async function takePicture() {
  told(say("reading"));
  try {
    seen(await readByServer(await picture(by("video"))));
  } catch {
    told(say("offlinePicture"));
  }
}

function next() {
  clear();
  state.codes.clear();
  if (by("camera").hidden) by("text").focus();
  else startCamera().then(() => button("close").focus());
}

function checkText() {
  const [text] = certificatesIn(by("text").value);
  if (!text) told(say("empty"));
  else if (/^shc:\/[0-9]/i.test(text)) {
    const whole = new Codes().add([text]);
    if (whole === null) told(say("chunksMissing"));
    else check(whole);
  } else check(text);
}

function offerDestinations() {
  const names = new Intl.DisplayNames([language], { type: "region" });
  const known = state.tables.countries.map((code) => [code, names.of(state.tables.states[code])]);
  known.sort(([, a], [, b]) => a.localeCompare(b, language));
  by("destination").append(...known.map(([code, name]) => new Option(`${name} (${code})`, code)));
}

async function start() {
  const [configuration, rules] = await Promise.all(
    [app.dataset.configuration, app.dataset.rules].map((address) => fetch(address).then((answer) => answer.json())),
  );
  useTables(configuration);
  Object.assign(state, { rules, tables: configuration, pinned: configuration.pinned });
  state.trust = await heldTrust().catch(() => null);
  showTrust();
  offerDestinations();
  by("starting").hidden = true;
  app.hidden = false;
  app.dataset.ready = "yes";
  by("camera").hidden = !hasCamera();
  await refresh();
}

button("check").addEventListener("click", checkText);
// A scanner that types ends with Enter.
by("text").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  const [text] = certificatesIn(by("text").value);
  if (/^shc:\/[0-9]/i.test(text) && new Codes().add([text]) === null) return;
  event.preventDefault();
  checkText();
});
button("compare").addEventListener("click", compareZone);
button("next").addEventListener("click", next);
button("open").addEventListener("click", startCamera);
button("take").addEventListener("click", takePicture);
button("close").addEventListener("click", closeCamera);
button("again").addEventListener("click", () => forgetTrust().then(refresh));
by("picture").addEventListener("change", takeFile);
by("destination").addEventListener("change", showDestination);
window.addEventListener("pagehide", () => { closeCamera(); clear(); state.codes.clear(); });
document.addEventListener("visibilitychange", () => { if (document.hidden) closeCamera(); });
window.addEventListener("online", refresh);
setInterval(refresh, 3_600_000);

navigator.serviceWorker?.register(app.dataset.worker).then(
  () => navigator.serviceWorker.ready.then(() => { app.dataset.kept = "yes"; }),
);
by("starting").hidden = false;
start().catch(() => {  // nothing is held yet and there is no network: without tables nothing can be judged
  by("starting").textContent = say("notStarted");
  by("starting").hidden = false;
  app.dataset.ready = "failed";
});
