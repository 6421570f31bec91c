// The service worker of the verifier's app: keeps the app itself, and never anything about a certificate.
// Only GET requests for the files named here are answered from what is kept; nothing else is ever stored.
{% autoescape off %}const KEPT = "hashira-verifier-{{ version }}";
const ASSETS = [{% for asset in assets %}
  "{{ asset }}",{% endfor %}
];
const PAGES = [{% for page in pages %}
  "{{ page }}",{% endfor %}
];{% endautoescape %}

self.addEventListener("install", (event) => {
  const fetched = [...ASSETS, ...PAGES].map((path) => new Request(path, { cache: "reload" }));
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(fetched)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("hashira-verifier-") && name !== KEPT;
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

// Files of the app come from what is kept, so that all of one version run together. Pages and tables come from
// the network while there is one.
async function answer(request, path) {
  const cache = await caches.open(KEPT);
  if (PAGES.includes(path)) {
    try {
      const fresh = await fetch(request);
      if (fresh.ok) {
        await cache.put(path, fresh.clone());
        return fresh;
      }
    } catch {
      // without network what is kept answers
    }
  }
  return (await cache.match(path)) ?? fetch(request);
}

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin) return;
  if (ASSETS.includes(pathname) || PAGES.includes(pathname)) event.respondWith(answer(event.request, pathname));
});
