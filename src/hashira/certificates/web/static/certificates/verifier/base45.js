// Base45 (RFC 9285): one spelling for each octet string, as the server reads it.

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const VALUES = new Map([...LETTERS].map((letter, value) => [letter, value]));

/** The octets; throws for a foreign letter, a length that nothing has, or a value too large. */
export function base45(text) {
  const rest = text.length % 3;
  if (rest === 1) throw new Error("one letter is left over");
  const octets = new Uint8Array(Math.floor(text.length / 3) * 2 + (rest ? 1 : 0));
  let at = 0;
  const value = (i) => {
    const found = VALUES.get(text[i]);
    if (found === undefined) throw new Error("a letter that is not of Base45");
    return found;
  };
  for (let i = 0; i + 2 < text.length; i += 3) {
    const sum = value(i) + 45 * value(i + 1) + 2025 * value(i + 2);
    if (sum > 0xffff) throw new Error("three letters stand for more than two octets");
    octets[at++] = sum >> 8;
    octets[at++] = sum & 0xff;
  }
  if (rest) {
    const sum = value(text.length - 2) + 45 * value(text.length - 1);
    if (sum > 0xff) throw new Error("two letters stand for more than one octet");
    octets[at] = sum;
  }
  return octets;
}
