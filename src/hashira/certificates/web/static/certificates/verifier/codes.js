// What was scanned, until a certificate is whole: a card may be split over several codes, in any order and seen
// more than once.

const CHUNK = /^shc:\/([0-9]{1,2})\/([0-9]{1,2})\//i;

export class Codes {
  #chunks = new Map();
  #count = 0;

  /** The text of a certificate that those codes complete, or null. */
  add(texts) {
    for (const text of texts.flatMap((one) => one.trim().split(/\s+(?=shc:\/)/i))) {
      const found = CHUNK.exec(text);
      if (!found) return text;
      const [index, count] = found.slice(1).map(Number);
      // A code of another card: what was seen of the one before is no part of it.
      if (count !== this.#count || (this.#chunks.get(index) ?? text) !== text) this.#chunks.clear();
      this.#count = count;
      this.#chunks.set(index, text);
      if (this.#chunks.size === count) {
        const whole = [...this.#chunks.values()].join(" ");
        this.clear();
        return whole;
      }
    }
    return null;
  }

  /** How many codes of how many have been seen; null where none is waited for. */
  get waiting() {
    return this.#chunks.size ? { seen: this.#chunks.size, of: this.#count } : null;
  }

  clear() {
    this.#chunks.clear();
    this.#count = 0;
  }
}

/** The certificates in a pasted text or the text of a file; the chunks of one card stay together. */
export function certificatesIn(text) {
  try {
    const cards = JSON.parse(text).verifiableCredential;
    if (Array.isArray(cards) && cards.every((card) => typeof card === "string") && cards.length) return cards;
  } catch {
    // no .smart-health-card file: the text itself is the certificate
  }
  return [text.trim()];
}
