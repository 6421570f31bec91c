// Getting the trust bundle and keeping the newest good one. The signing key is pinned when the first bundle is
// taken (trust on first use, over TLS); another key or an older version changes nothing.

import { applyDelta, BundleNotUsable, readBundle } from "./bundle.js";
import * as kept from "./kept.js";

/** What is kept from the last time, or null. A damaged one is as good as none. */
export async function heldTrust() {
  const held = await kept.load();
  return held ? readBundle(held.octets, held.pinned).catch(() => null) : null;
}

async function fetched(address) {
  const answer = await fetch(address, { cache: "no-cache" });
  return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : null;
}

/** The newest octets: by a delta from what is held where the server has one. */
async function newest(address, base, octets) {
  if (base) {
    const delta = await fetched(`${address}?base=${base.version}`);
    const made = delta && (await applyDelta(octets, delta).catch(() => null));
    if (made) return made;
  }
  return fetched(address);
}

/** The bundle to believe from now on, `null` without any; throws BundleNotUsable, and keeps what it had. */
export async function updatedTrust(address, pinned) {
  const held = await kept.load();
  const base = await heldTrust();
  const octets = await newest(address, base, held?.octets);
  if (!octets) return base;
  const bundle = await readBundle(octets, base ? held.pinned : pinned);
  if (base && bundle.version < base.version) {
    throw new BundleNotUsable("手元のものより古い版です", "it is older than the one at hand");
  }
  await kept.keep(octets, base ? held.pinned : pinned);
  return bundle;
}

export const forgetTrust = kept.forget;
