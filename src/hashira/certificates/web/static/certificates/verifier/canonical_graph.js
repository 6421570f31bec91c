// Statements in canonical order, nameless things renamed (RDF Dataset Canonicalization §4.4, URDNA2015), as the
// server puts them: the form over which a signature of Linked Data is made.

import { hex, sha256, utf8 } from "./octets.js";

/** The order of code points; that of JavaScript, of UTF-16, differs beyond the first plane. */
export function byCodePoint(one, other) {
  const [a, b] = [[...one], [...other]];
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    if (a[i] !== b[i]) return a[i].codePointAt(0) - b[i].codePointAt(0);
  }
  return a.length - b.length;
}

const isNameless = (term) => term.startsWith("_:");
const written = ([subject, predicate, object]) => `${subject} <${predicate}> ${object} .\n`;
const hash = async (text) => hex(await sha256(utf8(text)));

/** Names in the order in which they were asked for. */
class Issuer {
  constructor(prefix, names = new Map()) {
    this.prefix = prefix;
    this.names = names;
  }

  copy() {
    return new Issuer(this.prefix, new Map(this.names));
  }

  has(node) {
    return this.names.has(node);
  }

  name(node) {
    if (!this.names.has(node)) this.names.set(node, `${this.prefix}${this.names.size}`);
    return this.names.get(node);
  }
}

/** The text of statements `[subject, predicate, object]`, each there once: `<name>`, `_:node` or a literal. */
export async function canonicalGraph(statements) {
  const about = new Map();
  for (const statement of statements) {
    for (const node of new Set([statement[0], statement[2]].filter(isNameless))) {
      about.set(node, [...(about.get(node) ?? []), statement]);
    }
  }
  const graph = { about, canonical: new Issuer("_:c14n"), first: new Map() };
  const alike = new Map();
  for (const node of about.keys()) {
    const digest = await firstDegree(graph, node);
    alike.set(digest, [...(alike.get(digest) ?? []), node]);
  }
  const digests = [...alike.keys()].sort();
  for (const digest of digests) if (alike.get(digest).length === 1) graph.canonical.name(alike.get(digest)[0]);
  for (const digest of digests) {
    const found = [];
    for (const node of alike.get(digest)) {
      if (graph.canonical.has(node)) continue;
      const issuer = new Issuer("_:b");
      issuer.name(node);
      found.push(await nthDegree(graph, node, issuer));
    }
    found.sort((a, b) => (a.digest < b.digest ? -1 : a.digest > b.digest ? 1 : 0));
    for (const { issuer } of found) for (const node of issuer.names.keys()) graph.canonical.name(node);
  }
  const named = (term) => (isNameless(term) ? graph.canonical.name(term) : term);
  return statements.map(([s, p, o]) => written([named(s), p, named(o)])).sort(byCodePoint).join("");
}

/** What is said of a node, whoever else is nameless in it (§4.6). */
async function firstDegree(graph, node) {
  if (!graph.first.has(node)) {
    const here = (term) => (isNameless(term) ? (term === node ? "_:a" : "_:z") : term);
    const lines = graph.about.get(node).map(([s, p, o]) => written([here(s), p, here(o)]));
    graph.first.set(node, await hash(lines.sort(byCodePoint).join("")));
  }
  return graph.first.get(node);
}

/** A nameless thing by what is known of it so far, and by how it stands to another (§4.7). */
async function relatedHash(graph, related, predicate, issuer, position) {
  const name = graph.canonical.has(related)
    ? graph.canonical.name(related)
    : issuer.has(related) ? issuer.name(related) : await firstDegree(graph, related);
  return hash(`${position}<${predicate}>${name}`);
}

/** A node by all that it is joined with, in the order that gives the smallest path (§4.8). */
async function nthDegree(graph, node, given) {
  const joined = new Map();
  for (const [subject, predicate, object] of graph.about.get(node)) {
    for (const [related, position] of [[subject, "s"], [object, "o"]]) {
      if (!isNameless(related) || related === node) continue;
      const digest = await relatedHash(graph, related, predicate, given, position);
      joined.set(digest, [...(joined.get(digest) ?? []), related]);
    }
  }
  let data = "", issuer = given;
  for (const digest of [...joined.keys()].sort()) {
    let chosen = "", chosenIssuer = null;
    for (const order of permutations(joined.get(digest))) {
      const { path, issuer: made } = (await pathOf(graph, order, issuer.copy(), chosen)) ?? {};
      if (made && (chosen === "" || path < chosen)) [chosen, chosenIssuer] = [path, made];
    }
    data += digest + chosen;
    issuer = chosenIssuer;
  }
  return { digest: await hash(data), issuer };
}

/** The path of one order; null where it is no smaller than the one chosen before. */
async function pathOf(graph, order, issuer, chosen) {
  const tooLarge = (path) => chosen !== "" && path.length >= chosen.length && path > chosen;
  const deeper = [];
  let path = "";
  for (const related of order) {
    if (graph.canonical.has(related)) path += graph.canonical.name(related);
    else {
      if (!issuer.has(related)) deeper.push(related);
      path += issuer.name(related);
    }
    if (tooLarge(path)) return null;
  }
  for (const related of deeper) {
    const result = await nthDegree(graph, related, issuer);
    path += `${issuer.name(related)}<${result.digest}>`;
    issuer = result.issuer;
    if (tooLarge(path)) return null;
  }
  return { path, issuer };
}

function* permutations(items) {
  if (items.length < 2) yield items;
  for (const [i, item] of items.entries()) {
    if (items.length < 2) return;
    for (const rest of permutations(items.toSpliced(i, 1))) yield [item, ...rest];
  }
}
