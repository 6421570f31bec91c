// Keeps the page of a certificate in the cache of its account, when its holder asks for that, and drops it again.

// Resolves when the worker has put its files away, so that what is said to be kept can be shown at once.
function settled({ installing }) {
  if (!installing) return Promise.resolve();
  return new Promise((resolve, reject) => {
    installing.addEventListener("statechange", () => {
      if (installing.state === "activated") resolve();
      if (installing.state === "redundant") reject(new Error("not installed"));
    });
  });
}

const section = document.querySelector("[data-keep]");
if (section && "serviceWorker" in navigator && "caches" in window) {
  const { account, page, worker, scope, kept, dropped, failed } = section.dataset;
  const name = `hashira-kept-${account}`;
  const keep = section.querySelector("[data-keep-this]");
  const drop = section.querySelector("[data-drop-this]");
  const said = section.querySelector("[data-keep-said]");

  const draw = async () => {
    const there = Boolean(await (await caches.open(name)).match(page, { ignoreVary: true }));
    keep.hidden = there;
    drop.hidden = !there;
  };

  keep.addEventListener("click", async () => {
    try {
      await settled(await navigator.serviceWorker.register(worker, { scope }));
      const fresh = await fetch(page, { cache: "reload" });
      if (!fresh.ok || fresh.redirected) throw new Error("not signed in");
      await (await caches.open(name)).put(page, fresh);
      // So that the browser does not throw it away first, where it lets us ask.
      await navigator.storage?.persist?.();
      said.textContent = kept;
    } catch {
      said.textContent = failed;
    }
    await draw();
  });

  drop.addEventListener("click", async () => {
    await (await caches.open(name)).delete(page, { ignoreVary: true });
    said.textContent = dropped;
    await draw();
  });

  section.querySelector(".dads-actions").hidden = false;
  draw();
}
