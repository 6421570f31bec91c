// The page of the verifier's app: asks for a code, shows three answers that are never merged, is ready for the
// next person. What is shown of a certificate lives in the page and goes with the next one.

import { BundleNotUsable } from "./bundle.js";
import { NOBODY } from "./bundle_trust.js";
import { codesIn, detector, watch } from "./camera.js";
import { compare, readZone, ZoneWrong } from "./mrz.js";
import { judge } from "./rules.js";
import { play } from "./sound.js";
import { useTables } from "./tables.js";
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

const state = { trust: null, rules: { dated: null, rules: [] }, answer: null, pinned: null, scans: 0, stop: null };

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
  const { holder } = content;
  const shown = [
    ["name", holder.name],
    ["birth", holder.birth_date],
    ...(holder.document_number ? [["passport", holder.document_number]] : []),
    ["issuer", content.issuer],
  ];
  by("person").replaceChildren(...shown.flatMap(([name, value]) => {
    const term = document.createElement("dt"), detail = document.createElement("dd");
    term.textContent = say(name);
    detail.textContent = value || say("hidden");
    return [term, detail];
  }));
  const lines = content.doses.map((dose) => [dose.date, dose.product, dose.lot, dose.centre, dose.country].filter(Boolean).join(" · "));
  by("doses").replaceChildren(...(lines.length ? lines : [say("noDose")]).map((line) => {
    const item = document.createElement("li");
    item.textContent = line;
    return item;
  }));
}

function showVerdict(answer) {
  const drawn = app.ownerDocument.querySelector(`template[data-verdict="${answer.verdict}"]`).content.cloneNode(true);
  const section = drawn.querySelector("section"), heading = drawn.querySelector("h3");
  heading.id = "verdict-words";
  section.setAttribute("aria-labelledby", "verdict-words");
  const remarks = answer.reason ? [answer.reason[language]] : [];
  if (answer.evidence?.standing === "unknown-yet") remarks.push(say("standingUnknown"));
  else if (answer.verdict === "verified" && answer.evidence.standing !== "good") remarks.push(say("standingNotCovered"));
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
  const seal = answer.verdict === "verified" && answer.evidence.format === "vds-nc";
  by("zone-part").hidden = !seal;
  if (answer.verdict !== "verified") finding("traveller-finding", "unknown", say("notGenuine"));
  else finding("traveller-finding", "unknown", say(seal ? "notChecked" : "eye"));
}

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
  const { differs, compared, cut } = compare(answer.content.holder, zone);
  if (differs.length) {
    finding("traveller-finding", "bad", say("differs", { fields: differs.map((field) => say(field)).join("・") }));
  } else if (!compared.includes("passport") && !compared.includes("birth")) {
    finding("traveller-finding", "unknown", say("nothingShown"));
  } else if (cut) finding("traveller-finding", "unknown", say("nameCut"));
  else finding("traveller-finding", "good", say("matches"));
}

function showDestination() {
  const { answer } = state;
  const destination = by("destination").value;
  const { dated, rules } = state.rules;
  if (!answer) return;
  if (answer.verdict !== "verified") finding("destination-finding", "unknown", say("notGenuine"));
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
  if (!state.trust && !text) return;
  let answer;
  try {
    answer = await verify(text, { trust: state.trust ?? NOBODY });
  } catch {
    by("trouble").textContent = say("broken");
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
  by("trouble").textContent = "";
}

// --- asking

/** The certificates in a pasted text or the text of a file; the chunks of one card stay together. */
function certificatesIn(text) {
  try {
    const cards = JSON.parse(text).verifiableCredential;
    if (Array.isArray(cards) && cards.every((card) => typeof card === "string") && cards.length) return cards;
  } catch {
    // no .smart-health-card file: the text itself is the certificate
  }
  return [text.trim()];
}

async function readFile(file) {
  if (!file.type.startsWith("image/")) return certificatesIn(await file.text());
  const reader = await detector();
  const found = reader ? await codesIn(file, reader).catch(() => []) : [];
  if (found.length) return found;
  const form = new FormData();
  form.append("picture", file);
  const answer = await fetch(app.dataset.codes, { method: "POST", body: form });
  return (await answer.json()).texts;
}

async function takeFile() {
  const [file] = by("picture").files;
  if (!file) return;
  try {
    const [text] = await readFile(file);
    if (text) await check(text);
    else by("trouble").textContent = say("noCode");
  } catch {
    by("trouble").textContent = say("offlinePicture");
  }
}

function closeCamera() {
  state.stop?.();
  state.stop = null;
  by("view").hidden = true;
  button("open").hidden = false;
}

async function openCamera() {
  const chunks = new Map();
  const reader = await detector();
  const seen = (text) => {
    const chunk = /^shc:\/([0-9]+)\/([0-9]+)\//i.exec(text);
    if (chunk) {
      chunks.set(chunk[1], text);
      if (chunks.size < Number(chunk[2])) return false;
    }
    closeCamera();
    check(chunk ? [...chunks.values()].join(" ") : text);
    return true;
  };
  by("view").hidden = false;
  button("open").hidden = true;
  try {
    state.stop = await watch(by("video"), reader, seen);
  } catch {
    closeCamera();
    by("trouble").textContent = say("cameraRefused");
  }
}

function next() {
  clear();
  const again = by("camera").hidden ? by("text") : button("open");
  again.focus();
  if (!by("camera").hidden) openCamera();
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
  by("camera").hidden = !((await detector()) && navigator.mediaDevices?.getUserMedia);
  await refresh();
}

button("check").addEventListener("click", () => {
  const [text] = certificatesIn(by("text").value);
  if (text) check(text);
  else by("trouble").textContent = say("empty");
});
button("compare").addEventListener("click", compareZone);
button("next").addEventListener("click", next);
button("open").addEventListener("click", openCamera);
button("close").addEventListener("click", closeCamera);
button("again").addEventListener("click", () => forgetTrust().then(refresh));
by("picture").addEventListener("change", takeFile);
by("destination").addEventListener("change", showDestination);
window.addEventListener("pagehide", () => { closeCamera(); clear(); });
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
