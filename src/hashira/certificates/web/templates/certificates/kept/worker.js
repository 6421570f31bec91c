// The service worker of kept certificates: answers for the pages below its own folder, and for nothing else.
// What a certificate's page holds is put into the cache of its account by the page that keeps it, never here.
{% autoescape off %}const SHELL = "hashira-kept-shell-{{ version }}";
const INDEX = "{{ index }}";
const ASSETS = [{% for asset in assets %}
  "{{ asset }}",{% endfor %}
];{% endautoescape %}

self.addEventListener("install", (event) => {
  // Without credentials: the list is kept as it is drawn for nobody, since another account may use it later.
  const fetched = [...ASSETS, INDEX].map((path) => new Request(path, { cache: "reload", credentials: "omit" }));
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(fetched)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("hashira-kept-shell-") && name !== SHELL;
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

// By the address alone: what a response says to vary by, such as cookies, is not seen here.
const kept = (path) => caches.match(path, { ignoreVary: true });

async function page(request, path) {
  try {
    const fresh = await fetch(request);
    // Whoever is not signed in is sent elsewhere: then what is kept is shown.
    if (fresh.ok && !fresh.redirected) return fresh;
  } catch {
    // without network what is kept answers
  }
  return (await kept(path)) ?? (await kept(INDEX)) ?? Response.error();
}

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname.startsWith(INDEX)) event.respondWith(page(event.request, pathname));
  else if (ASSETS.includes(pathname)) {
    event.respondWith(kept(pathname).then((found) => found ?? fetch(event.request)));
  }
});
