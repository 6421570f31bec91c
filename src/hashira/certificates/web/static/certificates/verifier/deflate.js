// Inflating what strangers packed, up to a bound: a kilobyte may stand for a gigabyte.

/** The inflated octets; throws where the stream is broken, cut off, followed by something, or too large. */
export async function inflate(octets, format, most) {
  const reader = new Blob([octets]).stream().pipeThrough(new DecompressionStream(format)).getReader();
  const parts = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > most) {
      reader.cancel().catch(() => {});
      throw new Error("too large");
    }
    parts.push(value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
