// The Bloom filter in which the EU distributes revocations (dgc-bloomfilter, format 1). What it does not hold is
// not listed; "perhaps" is no answer, and nobody is called revoked by it.

import { concat, number, sha256 } from "./octets.js";

const HEAD = 20, VERSION = 1, SHA_256 = 0, MOST_FUNCTIONS = 127, MOST_WORDS = 16 * 1024 * 1024;

export class Bloom {
  #functions;
  #bits;

  constructor(octets) {
    if (octets.length < HEAD) throw new Error("cut off");
    const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
    const words = view.getInt32(16);
    this.#functions = octets[2];
    if (view.getInt16(0) !== VERSION || octets[3] !== SHA_256) throw new Error("a format that is not read");
    if (!(this.#functions >= 1 && this.#functions <= MOST_FUNCTIONS)) throw new Error("no number of functions");
    if (!(words > 0 && words <= MOST_WORDS) || octets.length !== HEAD + 4 * words) throw new Error("its length");
    this.#bits = octets.subarray(HEAD);
  }

  /** Whether the octets are perhaps one of its elements; false is certain. */
  async mayHold(element) {
    const size = BigInt(this.#bits.length * 8);
    for (let i = 0; i < this.#functions; i++) {
      const digest = BigInt.asIntN(256, number(await sha256(concat(element, Uint8Array.of(i)))));
      const place = Number(((digest % size) + size) % size);
      if (!(this.#bits[place >>> 3] & (0x80 >> (place & 7)))) return false;
    }
    return true;
  }
}
