// DER (X.690), as much of it as certificates need; every length is held against what is there.

const MOST_LENGTH_OCTETS = 4;

/** One element: its tag octet, its content, and all its octets. */
export class Element {
  constructor(tag, content, whole) {
    this.tag = tag;
    this.content = content;
    this.whole = whole;
  }

  /** The elements inside a constructed value. */
  children() {
    return elements(this.content);
  }
}

function elementAt(octets, at) {
  const tag = octets[at];
  if (tag === undefined || (tag & 31) === 31) throw new Error("DER: no tag of one octet");
  let length = octets[at + 1];
  let start = at + 2;
  if (length === undefined || length === 0x80) throw new Error("DER: no definite length");
  if (length > 0x80) {
    const count = length & 0x7f;
    if (count > MOST_LENGTH_OCTETS || start + count > octets.length) throw new Error("DER: length");
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + octets[start++];
  }
  const end = start + length;
  if (end > octets.length) throw new Error("DER: cut off");
  return [new Element(tag, octets.subarray(start, end), octets.subarray(at, end)), end];
}

/** The one element that the octets are. */
export function one(octets, tag = null) {
  const [element, end] = elementAt(octets, 0);
  if (end !== octets.length) throw new Error("DER: something follows");
  return expect(element, tag);
}

/** The first element of the octets, whatever follows: what lies inside an extension is read no stricter. */
export const first = (octets, tag = null) => expect(elementAt(octets, 0)[0], tag);

export function elements(octets) {
  const found = [];
  for (let at = 0; at < octets.length; ) {
    const [element, end] = elementAt(octets, at);
    found.push(element);
    at = end;
  }
  return found;
}

export function expect(element, tag) {
  if (!element || (tag !== null && element.tag !== tag)) throw new Error("DER: another type");
  return element;
}

/** The header that DER gives a value of that length. */
export function header(tag, length) {
  if (length < 0x80) return Uint8Array.of(tag, length);
  const octets = [];
  for (let rest = length; rest; rest = Math.floor(rest / 256)) octets.unshift(rest & 0xff);
  return Uint8Array.of(tag, 0x80 | octets.length, ...octets);
}

export function oid(element) {
  const { content } = expect(element, 0x06);
  if (!content.length) throw new Error("DER: no object identifier");
  const parts = [];
  let value = 0n;
  for (const octet of content) {
    value = (value << 7n) | BigInt(octet & 0x7f);
    if (!(octet & 0x80)) {
      if (parts.length) parts.push(value);
      else {
        const first = value < 40n ? 0n : value < 80n ? 1n : 2n;
        parts.push(first, value - 40n * first);
      }
      value = 0n;
    }
  }
  return parts.join(".");
}

export function integer(element) {
  const { content } = expect(element, 0x02);
  return BigInt.asIntN(8 * content.length, content.reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n));
}

/** The octets of a bit string without unused bits. */
export function bits(element) {
  const { content } = expect(element, 0x03);
  if (content[0] !== 0) throw new Error("DER: unused bits");
  return content.subarray(1);
}
