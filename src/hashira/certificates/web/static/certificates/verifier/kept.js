// The one thing this app keeps: the trust bundle, with the key it is pinned to. Nothing of any certificate.

const DATABASE = "hashira-verifier", STORE = "trust", NAME = "bundle";

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function act(mode, action) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = action(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** `{octets, pinned}`, or undefined. */
export const load = () => act("readonly", (store) => store.get(NAME));
export const keep = (octets, pinned) => act("readwrite", (store) => store.put({ octets, pinned }, NAME));
export const forget = () => act("readwrite", (store) => store.delete(NAME));
