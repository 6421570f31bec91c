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

const ARCHIVE = "PK\x03\x04", MOST_ARCHIVE = 24 * 1024;

/** Whether a browser has taken the octets of an archive (DIVOC) for letters, and not left them as they are. */
export const isGarbled = (text) => text.startsWith(ARCHIVE) && /[^\0-\xff]/.test(text);

/** The certificates in a file that is no picture: an archive as Base64, since its octets are no letters. */
export async function certificatesInFile(file) {
  const octets = new Uint8Array(await file.slice(0, MOST_ARCHIVE).arrayBuffer());
  const letters = Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
  return letters.startsWith(ARCHIVE) ? [`B64:${btoa(letters)}`] : certificatesIn(await file.text());
}
