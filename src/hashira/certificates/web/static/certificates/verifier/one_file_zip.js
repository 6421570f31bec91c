// A ZIP archive of one file, read one way only, as the server reads it (one_file_zip.py): the file, its directory
// of one entry, and the end, without gaps before or behind.

import { inflate } from "./deflate.js";
import { equal, utf8 } from "./octets.js";

const LOCAL = 30, ENTRY = 46, END = 22;
const STORED = 0, DEFLATED = 8, LATEST = 63;
const STREAMED = 0b1000, FLAGS = 0b1000_0000_0110 | STREAMED;

/** The file of that name, of at most so many octets; throws for any other archive. */
export async function readZip(octets, name, most) {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const short = (at) => view.getUint16(at, true), long = (at) => view.getUint32(at, true);
  const ends = octets.length - END, written = utf8(name);
  const isNamed = (at, length) => length === written.length && equal(octets.subarray(at, at + length), written);

  refuseUnless(ends >= LOCAL + ENTRY && long(ends) === 0x06054b50, "it does not end as an archive of one file");
  const [disk, first, here, entries] = [4, 6, 8, 10].map((at) => short(ends + at));
  refuseUnless(!disk && !first && here === 1 && entries === 1 && !short(ends + 20), "not of one file");
  const directory = ends - long(ends + 12);
  refuseUnless(directory >= LOCAL && long(ends + 16) === directory, "its directory is elsewhere");

  const begin = directory + ENTRY;
  refuseUnless(begin <= ends && long(directory) === 0x02014b50, "its directory is not one entry");
  const [named, extra, comment, entryDisk] = [28, 30, 32, 34].map((at) => short(directory + at));
  refuseUnless(!entryDisk && !long(directory + 42) && begin + named + extra + comment === ends, "not one entry");
  refuseUnless(isNamed(begin, named), "it holds a file of another name");
  const [flags, method] = [short(directory + 8), short(directory + 10)];
  refuseUnless(octets[directory + 6] <= LATEST && !(flags & ~FLAGS), "packed in a way that is not read");
  refuseUnless(method === STORED || method === DEFLATED, "packed in a way that is not read");

  const told = [16, 20, 24].map((at) => long(directory + at)), before = [14, 18, 22].map(long);
  const [sum, packed, size] = told;
  const streamed = Boolean(flags & STREAMED);
  refuseUnless(long(0) === 0x04034b50 && short(6) === flags && short(8) === method, "it differs from its directory");
  refuseUnless(
    String(before) === String(streamed && !before.some(Boolean) ? [0, 0, 0] : told), "it differs from its directory",
  );
  const start = LOCAL + short(26) + short(28);
  refuseUnless((streamed ? [12, 16] : [0]).includes(directory - start - packed), "something stands between");
  refuseUnless(isNamed(LOCAL, short(26)), "it holds a file of another name");
  refuseUnless(size <= most, "it is too large");
  const content = octets.subarray(start, start + packed);
  const file = method === DEFLATED ? await inflate(content, "deflate-raw", size) : content;
  refuseUnless(file.length === size && crc32(file) === sum, "the file is not what its directory says");
  return file;
}

function refuseUnless(holds, why) {
  if (!holds) throw new Error(why);
}

const POLYNOMIAL = 0xedb88320;

/** The check sum of an archive (ISO 3309). */
function crc32(octets) {
  let sum = 0xffffffff;
  for (const octet of octets) {
    sum ^= octet;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ POLYNOMIAL : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}
