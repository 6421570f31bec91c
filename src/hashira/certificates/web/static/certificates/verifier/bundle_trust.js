// What a trust bundle says (docs/reference/trust-bundle.md): keys and signers, authorities, revocation lists and
// statuses. Members that came later may be missing.

import { base64, base64url, concat, hex, number, ofNumber, sha256, text, toBase64url, utf8 } from "./octets.js";
import { Bloom } from "./bloom.js";
import { Cascade, fingerprint } from "./cascade.js";
import { curveNamed, ecKey } from "./curve.js";
import { readCrl } from "./state_crl.js";
import { readCertificate } from "./x509.js";

const MARK = 16, KID = 8;
const SIGNS_DOCUMENTS = "DSC";

export const point = (x, y) => ecKey(curveNamed("secp256r1"), concat(Uint8Array.of(4), coordinate(x), coordinate(y)));

function coordinate(written) {
  const octets = base64url(written);
  if (octets.length > 32) throw new Error("a coordinate of P-256 has 32 octets");
  return ofNumber(number(octets), 32);
}

/** RFC 7638, over the coordinates as they are written. */
export async function thumbprint(x, y) {
  return toBase64url(await sha256(utf8(`{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`)));
}

/** Whom a verification believes: keys of cards, signers and authorities of states, and what was revoked. */
export class Trust {
  #keys = new Map();
  #anchors;
  #authorities = null;
  #listed;
  #signers = null;
  #crls;
  #read = null;
  #withdrawn = new Map();
  #lists = new Map();
  #filters;
  #credentials;
  #statuses;

  constructor(head, blobs) {
    const blob = ([offset, length]) => {
      if (!(offset >= 0 && length >= 0 && offset + length <= blobs.length)) throw new Error("a blob outside the file");
      return blobs.subarray(offset, offset + length);
    };
    this.version = head.version;
    this.issuedAt = head.issued;
    this.until = head.until;
    for (const key of [...head.keys, ...(head.given_up ?? [])].sort((a, b) => (a.iss === null) - (b.iss === null))) {
      let handle = null;
      const x5c = (key.x5c ?? []).map(base64), crlVersion = key.crl ?? null;
      const publicKey = () => (handle ??= point(key.x, key.y));
      const known = { issuer: key.iss, kid: key.kid, x5c, crlVersion, publicKey };
      this.#keys.set(key.kid, [...(this.#keys.get(key.kid) ?? []), known]);
    }
    this.#anchors = head.anchors.map(base64);
    this.#listed = [
      ...head.states.filter(({ usage }) => usage === SIGNS_DOCUMENTS).map((key) => listed(key, base64(key.certificate), hex(base64(key.kid)))),
      ...(head.signers ?? []).flatMap((group) => split(blob(group.blob), group.sizes).map((der) => listed(group, der))),
      // Given by the operator: each speaks for the state that it names itself, for any purpose it has.
      ...this.#anchors.map((der) => listed({ participant: "", domain: "" }, der)),
    ];
    this.#crls = (head.crls ?? []).map(blob);
    for (const { kid, since } of head.withdrawn ?? []) {
      this.#withdrawn.set(kid, Math.min(since, this.withdrawnSince(kid)));
    }
    for (const list of head.lists ?? []) this.#keepList(list, blob(list.entries));
    this.#filters = (head.filters ?? []).map(({ kid, method, filter }) => {
      const summary = new Bloom(blob(filter));
      return { kid, method, mayHold: (octets) => summary.mayHold(octets) };
    });
    this.#credentials = (head.credentials ?? []).map(({ method, iss, spki }) => ({ method, issuer: iss, spki: blob(spki) }));
    this.compromised = new Set(head.compromised);
    this.#statuses = new Map(head.status.map((known) => [known.kid, {
      end: known.end,
      revoked: marks(blob(known.revoked)),
      sections: known.sections.map((s) => ({ from: s.from, to: s.to, cascade: new Cascade(blob(s.cascade)) })),
    }]));
  }

  /** Of several lists of one key, method and issuer the one with the highest counter, as it was published last. */
  #keepList({ kid, method, iss: issuer, ctr: counter }, octets) {
    const others = this.revocationsOf(kid).filter((one) => {
      return one.method !== method || one.issuer !== issuer || one.counter > counter;
    });
    if (others.some((one) => one.method === method && one.issuer === issuer)) return;
    let entries = null;
    this.#lists.set(kid, [...others, { method, issuer, counter, get entries() { return (entries ??= readEntries(octets)); } }]);
  }

  /** The published keys of that name; those of an issuer before those given for whatever they sign. */
  keysOf(kid) {
    return this.#keys.get(kid) ?? [];
  }

  /** The document signers with that key identifier: 8 octets do not make it theirs alone. */
  async signersOf(kid) {
    this.#signers ??= (async () => {
      const found = new Map();
      for (const signer of this.#listed) {
        const name = signer.kid ?? hex((await sha256(signer.certificate)).subarray(0, KID));
        found.set(name, [...(found.get(name) ?? []), signer]);
      }
      return found;
    })();
    return (await this.#signers).get(hex(kid)) ?? [];
  }

  /** The readable authorities: lists of states hold certificates that nobody can read. */
  async authorities() {
    this.#authorities ??= Promise.all(this.#anchors.map((der) => readCertificate(der).catch(() => null)));
    return (await this.#authorities).filter(Boolean);
  }

  /** The readable revocation lists of states; nothing of them is believed before it is checked. */
  crls() {
    this.#read ??= this.#crls.flatMap((der) => {
      try {
        return [readCrl(der)];
      } catch {
        return [];
      }
    });
    return this.#read;
  }

  /** Since when (Unix seconds) that key is not to be believed; Infinity: it is. */
  withdrawnSince(kid) {
    return this.#withdrawn.get(kid) ?? Infinity;
  }

  /** `{method, issuer, counter, entries}` of that key; `entries` from identifier to a time or null. */
  revocationsOf(kid) {
    return this.#lists.get(kid) ?? [];
  }

  /** `{method, mayHold}` of that key: summaries of lists. */
  filtersOf(kid) {
    return this.#filters.filter((known) => known.kid === kid);
  }

  /** The keys of credentials of that name, before those given for whatever they sign; each with its `kid`. */
  async credentialKeysOf(method) {
    const named = this.#credentials.filter((key) => key.method === method);
    const others = this.#credentials.filter((key) => key.method === null);
    return Promise.all([...named, ...others].map(async (key) => ({ ...key, kid: hex(await sha256(key.spki)) })));
  }

  covers(kid) {
    return this.#statuses.has(kid);
  }

  /** `good`, `revoked`, `unknown-yet` or `not-covered`; `revoked` only by an exact answer. */
  async standing(kid, identifier, moment) {
    const known = this.#statuses.get(kid);
    if (!known) return "not-covered";
    const mark = await fingerprint(kid, identifier);
    if (known.revoked.has(hex(mark))) return "revoked";
    if (moment >= known.end) return "unknown-yet";
    const section = known.sections.find(({ from, to }) => from <= moment && moment < to);
    if (!section) return "not-covered";
    return section.cascade.revoked(mark) ? "revoked" : "good";
  }
}

/** Believes in nobody. */
export const NOBODY = new Trust({ keys: [], anchors: [], states: [], compromised: [], status: [] }, new Uint8Array());

const listed = ({ participant, domain }, certificate, kid = null) => ({ participant, domain, certificate, kid });

function split(octets, sizes) {
  let at = 0;
  const parts = sizes.map((size) => octets.subarray(at, (at += size)));
  if (at !== octets.length) throw new Error("certificates that do not fill their blob");
  return parts;
}

function readEntries(octets) {
  const entries = new Map();
  for (const line of octets.length ? text(octets).split("\n") : []) {
    const [identifier, before] = line.split(".");
    entries.set(identifier, before === undefined ? null : Number(before));
  }
  return entries;
}

function marks(octets) {
  if (octets.length % MARK) throw new Error("a list that is not whole");
  const set = new Set();
  for (let at = 0; at < octets.length; at += MARK) set.add(hex(octets.subarray(at, at + MARK)));
  return set;
}
