// A cascade of Bloom filters: an exact answer within the set it was built from (docs/reference/trust-bundle.md).

import { sha256, utf8 } from "./octets.js";

const FORMAT = 1, MOST_LEVELS = 64, HEAD = 5, MARK = 16;

/** The 16 octets by which a certificate is known. */
export const fingerprint = async (kid, identifier) => (await sha256(utf8(`${kid}\n${identifier}`))).subarray(0, MARK);

function mix(x) {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

export class Cascade {
  #levels = [];

  constructor(octets) {
    if (octets.length < 2 || octets[0] !== FORMAT || octets[1] > MOST_LEVELS) throw new Error("no cascade");
    const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
    let at = 2;
    for (let i = 0; i < octets[1]; i++) {
      if (at + HEAD > octets.length) throw new Error("cut off");
      const size = view.getUint32(at), hashes = octets[at + 4];
      at += HEAD;
      const bits = octets.subarray(at, at + Math.ceil(size / 8));
      if (!size || size > 2 ** 31 || !hashes || bits.length !== Math.ceil(size / 8)) throw new Error("a level is not whole");
      this.#levels.push({ size, hashes, bits });
      at += bits.length;
    }
    if (at !== octets.length) throw new Error("more than its levels");
  }

  /** Right for those it was built from, and for no other. */
  revoked(mark) {
    const view = new DataView(mark.buffer, mark.byteOffset, MARK);
    const words = [0, 4, 8, 12].map((at) => view.getUint32(at));
    for (const [number, { size, hashes, bits }] of this.#levels.entries()) {
      const a = mix((words[0] + Math.imul(number, 0x9e3779b9)) ^ words[2]);
      const b = mix((words[1] + Math.imul(number, 0x85ebca6b)) ^ words[3]) | 1;
      for (let i = 0; i < hashes; i++) {
        const position = ((a + Math.imul(i, b)) >>> 0) % size;
        if (!((bits[position >>> 3] >> (position & 7)) & 1)) return number % 2 === 1;
      }
    }
    return this.#levels.length % 2 === 1;
  }
}
