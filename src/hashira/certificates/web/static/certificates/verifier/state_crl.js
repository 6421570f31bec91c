// Revocation lists of states (RFC 5280 §5, Doc 9303 Part 12 §7.1.4): which of its signers an authority has
// withdrawn. That no list is at hand, or an old one, is said beside the verdict. As the server judges.

import { bits, expect, first, integer, oid, one } from "./der.js";
import { equal } from "./octets.js";
import { generalizedTime, isSignedOctets, readName, readScheme, timeOf } from "./x509.js";

const LARGEST = 4 * 1024 * 1024;
const SEQUENCE = 0x30, OCTETS = 0x04, BOOLEAN = 0x01, INTEGER = 0x02, ENUMERATED = 0x0a;
const TIMES = [0x17, 0x18];
const CRL_NUMBER = "2.5.29.20", AUTHORITY_KEY = "2.5.29.35", ISSUER_NAMES = "2.5.29.18";
const REASON = "2.5.29.21", INVALID_FROM = "2.5.29.24";
const UNDERSTOOD = [CRL_NUMBER, AUTHORITY_KEY, ISSUER_NAMES];
const REMOVED = 8;

/** The list; throws where it is not readable. Nothing of it is believed before `judge` has checked it. */
export function readCrl(der) {
  if (der.length > LARGEST) throw new Error("larger than any list of a state");
  const [tbs, algorithm, signed, more] = one(der, SEQUENCE).children();
  if (more) throw new Error("more than a list");
  const fields = expect(tbs, SEQUENCE).children();
  if (fields[0].tag === INTEGER) fields.shift();
  const [inner, issuer, ...rest] = fields;
  if (!equal(inner.whole, algorithm.whole)) throw new Error("two different signature algorithms");
  const thisUpdate = timeOf(rest.shift());
  const nextUpdate = rest.length && TIMES.includes(rest[0].tag) ? timeOf(rest.shift()) : null;
  const entries = rest.length && rest[0].tag === SEQUENCE ? rest.shift().children() : [];
  const extensions = rest.length && rest[0].tag === 0xa0 ? readExtensions(one(rest.shift().content, SEQUENCE)) : new Map();
  if (rest.length) throw new Error("more than a list");
  if ([...extensions].some(([id, { critical }]) => critical && !UNDERSTOOD.includes(id))) {
    throw new Error("a critical extension that is not known");
  }
  const key = extensions.get(AUTHORITY_KEY), number = extensions.get(CRL_NUMBER);
  return {
    issuer: readName(issuer).key,
    authorityKeyId: key ? first(key.inside, SEQUENCE).children().find(({ tag }) => tag === 0x80)?.content ?? null : null,
    number: number ? integer(first(number.inside)) : 0n,
    thisUpdate,
    nextUpdate,
    revoked: new Map(entries.map(readEntry)),
    tbs: tbs.whole,
    signature: bits(signed),
    scheme: readScheme(algorithm),
  };
}

function readExtensions(element) {
  return new Map(element.children().map((extension) => {
    const parts = expect(extension, SEQUENCE).children();
    const says = parts[1]?.tag === BOOLEAN;
    const critical = says && parts[1].content[0] !== 0;
    return [oid(parts[0]), { critical, inside: expect(parts[says ? 2 : 1], OCTETS).content }];
  }));
}

/** Serial number to `{since, removed}`: from when nothing that the key signed is to be believed. */
function readEntry(element) {
  const [serial, date, extensions] = expect(element, SEQUENCE).children();
  let since = timeOf(date), removed = false;
  for (const [id, { critical, inside }] of extensions ? readExtensions(extensions) : []) {
    if (id === REASON) removed = first(inside, ENUMERATED).content[0] === REMOVED;
    else if (id === INVALID_FROM) since = Math.min(since, generalizedTime(first(inside, 0x18).content));
    else if (critical) throw new Error("an entry with a critical extension that is not known");
  }
  return [integer(serial), { since, removed }];
}

/** What the authority's lists say of the signer at `at`: `{remark, since}`, `since` null where it is not listed. */
export async function judge(signer, authority, crls, at) {
  const own = crls.filter(
    ({ issuer, authorityKeyId: named }) =>
      issuer === authority.subject && (!named || !authority.subjectKeyId || equal(named, authority.subjectKeyId)),
  );
  if (!own.length) return { remark: "crl-unknown", since: null };
  const signed = [];
  if (authority.keyUsage.has("crl_sign")) {
    for (const crl of own) if (await isSignedOctets(crl, authority)) signed.push(crl);
  }
  const known = signed.filter(({ thisUpdate }) => thisUpdate <= at);
  if (!known.length) return { remark: signed.length ? "crl-unknown" : "crl-forged", since: null };
  const newer = (a, b) => (b.thisUpdate > a.thisUpdate || (b.thisUpdate === a.thisUpdate && b.number > a.number) ? b : a);
  const latest = known.reduce(newer);
  const current = latest.nextUpdate !== null && at <= latest.nextUpdate;
  const listed = latest.revoked.get(signer.serial);
  return { remark: current ? "crl-current" : "crl-old", since: listed && !listed.removed ? listed.since : null };
}
