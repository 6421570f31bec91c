// Lists the certificates that this browser keeps. Signed in, those of the account; without network, those of
// the account that was here last, so that one account of a shared browser does not show another's.

const LAST = "hashira-kept-last-account";
const PREFIX = "hashira-kept-";
const list = document.querySelector("[data-kept-list]");

// The page itself may come from the cache, drawn for nobody.
const account = list.dataset.account || localStorage.getItem(LAST) || "";
if (list.dataset.account) localStorage.setItem(LAST, list.dataset.account);
const name = PREFIX + account;
const items = list.querySelector("[data-kept-items]");
const said = list.querySelector("[data-kept-said]");
const actions = list.querySelector("[data-kept-actions]");

async function title(response) {
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return page.title.split("｜")[0];
}

async function draw() {
  items.replaceChildren();
  const cache = account && (await caches.has(name)) ? await caches.open(name) : null;
  const kept = cache ? await cache.keys() : [];
  for (const request of kept) {
    const response = await cache.match(request, { ignoreVary: true });
    const day = new Date(response.headers.get("date") ?? Date.now());
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.className = "dads-link";
    link.href = new URL(request.url).pathname;
    link.textContent = await title(response);
    const when = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "dads-button";
    drop.dataset.type = "text";
    drop.textContent = list.dataset.drop;
    drop.setAttribute("aria-label", `${list.dataset.drop} ${link.textContent}`);
    drop.addEventListener("click", async () => {
      await cache.delete(request, { ignoreVary: true });
      said.textContent = list.dataset.gone;
      await draw();
    });
    item.append(link, ` ${list.dataset.saved}${when.format(day)} `, drop);
    items.append(item);
  }
  actions.hidden = kept.length === 0;
  if (kept.length === 0 && !said.textContent) said.textContent = list.dataset.none;
}

actions.querySelector("[data-drop-all]").addEventListener("click", async () => {
  await caches.delete(name);
  said.textContent = list.dataset.gone;
  await draw();
});

if ("caches" in window) draw();
