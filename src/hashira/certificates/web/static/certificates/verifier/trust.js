// Getting the trust bundle and keeping the newest good one. The signing key is pinned when the first bundle is
// taken (trust on first use, over TLS); another key or an older version changes nothing. A delta is only a shorter
// way: whatever is wrong with it or with what it makes, the whole bundle is fetched.

import { applyDelta, BundleNotUsable, LARGEST, readBundle } from "./bundle.js";
import * as kept from "./kept.js";

/** What is kept from the last time, or null. A damaged one is as good as none. */
export async function heldTrust() {
  const held = await kept.load();
  return held ? readBundle(held.octets, held.pinned).catch(() => null) : null;
}

async function fetched(address) {
  const answer = await fetch(address, { cache: "no-cache" });
  if (!answer.ok) return null;
  const parts = [], reader = answer.body.getReader();
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > LARGEST) {
      reader.cancel().catch(() => {});
      throw new BundleNotUsable("大きすぎます", "it is too large");
    }
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** The bundle of those octets, if it is no step back. */
async function later(octets, pinned, base) {
  const bundle = await readBundle(octets, pinned);
  if (base && bundle.version < base.version) {
    throw new BundleNotUsable("手元のものより古い版です", "it is older than the one at hand");
  }
  return bundle;
}

/** Octets and bundle that a delta makes of what is held; null where there is none that holds. */
async function byDelta(address, held, base) {
  try {
    const delta = await fetched(`${address}?base=${base.version}`);
    if (!delta) return null;
    const octets = await applyDelta(held.octets, delta);
    return { octets, bundle: await later(octets, held.pinned, base) };
  } catch (error) {
    if (error instanceof BundleNotUsable) return null;
    throw error;
  }
}

/** The bundle to believe from now on, `null` without any; throws BundleNotUsable, and keeps what it had. */
export async function updatedTrust(address, pinned) {
  const held = await kept.load(), base = await heldTrust();
  const pin = base ? held.pinned : pinned;
  let found = base ? await byDelta(address, held, base) : null;
  if (!found) {
    const octets = await fetched(address);
    if (!octets) return base;
    found = { octets, bundle: await later(octets, pin, base) };
  }
  await kept.keep(found.octets, pin);
  return found.bundle;
}

export const forgetTrust = kept.forget;
