"use strict";
// The data of the page, and what of it the filters let through. Nothing here decides a verdict.

const data = JSON.parse(document.getElementById("data")?.textContent ?? "null") ?? {
  implementations: [], verdicts: [], severity: [], requirements: [], tests: [], strings: [],
};
const VERDICT_WORDS = {
  "adapter error": "adapter", "not applicable": "n/a", "not observable": "unseen",
  "known deviation": "known", "unexpected pass": "surprise",
};
const HELD_WORDS = { "not applicable": "n/a", "not observable": "unseen" };
const HELD_ORDER = ["held", "broken", "deviates", "not observable", "not applicable", "not run"];
const slug = (name) => name.replaceAll(" ", "-");
const text = (index) => data.strings[index];

// A result is [server, client, verdict, seconds, replay, repetition, what else there is].
const SERVER = 0, CLIENT = 1, VERDICT = 2, SECONDS = 3, REPLAY = 4, REPETITION = 5, MORE = 6;

for (const requirement of data.requirements) requirement.tests = [];
for (const [index, test] of data.tests.entries()) {
  test.index = index;
  for (const covered of test.covers) data.requirements[covered].tests.push(index);
}

/** The worst verdict of a test for each implementation as the server; -1 where it has no result. */
function worstByServer(test) {
  const worst = data.implementations.map(() => -1);
  for (const result of test.results) {
    const old = worst[result[SERVER]];
    if (old < 0 || data.severity[result[VERDICT]] > data.severity[old]) worst[result[SERVER]] = result[VERDICT];
  }
  return worst;
}

/** What a result adds to the search: who ran, what came, why it is known, and where that is discussed. */
function words(result) {
  const { deviation = [], failure, reason } = result[MORE] ?? {};
  if (!deviation.length && !failure && reason === undefined) return [];
  const { id, label } = data.implementations[result[SERVER]];
  const told = [...deviation.slice(0, 5), ...deviation.slice(6)];
  if (failure) told.push(failure.text, failure.expected, failure.actual, ...(failure.observed ?? []));
  if (reason !== undefined) told.push(reason);
  return [id, label, data.verdicts[result[VERDICT]], ...told.map(text)];
}

/** What is searched: the id and title of a test and what came of it; the id, text and members of a requirement. */
function haystack(thing) {
  thing.hay ??= [thing.id, thing.title ?? thing.text, ...(thing.members ?? []), ...(thing.results ?? []).flatMap(words)]
    .join(" ").toLowerCase();
  return thing.hay;
}

/** Whether a text has each word, or one that begins with it. */
function searcher(query) {
  const asked = query.toLowerCase().split(/\s+/).filter(Boolean)
    .map((word) => new RegExp(`(?<![a-z0-9])${word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`));
  return asked.length ? (hay) => asked.every((word) => word.test(hay)) : null;
}

const UNFILTERED = { q: "", i: "", l: "", h: "", c: "" };
const filter = { ...UNFILTERED, v: new Set() };
const filtering = () => Boolean(filter.q || filter.i || filter.l || filter.h || filter.c || filter.v.size);

/** What a result counts as: its verdict, and for a known deviation which one it would be. */
function kinds(result) {
  const verdict = data.verdicts[result[VERDICT]];
  const known = result[MORE]?.known;
  return known === undefined ? [verdict] : [verdict, text(known)];
}

/** Whether a result is of the implementation or pair, the harm and the cause that were asked for. */
function resultMatches(result) {
  if (filter.i) {
    const server = data.implementations[result[SERVER]].id;
    if (filter.i.includes(">")) {
      if (filter.i !== `${server}>${data.implementations[result[CLIENT]].id}`) return false;
    } else if (filter.i !== server) return false;
  }
  if (filter.c && (result[MORE]?.cause === undefined || text(result[MORE].cause) !== filter.c)) return false;
  return !filter.h || (result[MORE]?.harm !== undefined && text(result[MORE].harm) === filter.h);
}

/** The indexes of the requirements and tests that the filters let through, and by kind how many tests
 * there would be if that one were chosen. */
function matches() {
  const has = searcher(filter.q);
  const byResult = filter.i || filter.h || filter.c || filter.v.size;
  const ofTest = data.tests.map((test) => new Set(test.results.filter(resultMatches).flatMap(kinds)));
  const ofResult = ofTest.map((found) => !byResult || (filter.v.size ? [...filter.v].some((kind) => found.has(kind)) : found.size > 0));
  const requirements = [];
  for (const [index, requirement] of data.requirements.entries()) {
    if (filter.l && requirement.level !== filter.l) continue;
    if (byResult && !requirement.tests.some((test) => ofResult[test])) continue;
    if (has && !has(haystack(requirement)) &&
        !requirement.tests.some((test) => has(haystack(data.tests[test])))) continue;
    requirements.push(index);
  }
  const tests = [];
  const counts = {};
  for (const [index, test] of data.tests.entries()) {
    if (filter.l && !test.covers.some((covered) => data.requirements[covered].level === filter.l)) continue;
    if (has && !has(haystack(test)) &&
        !test.covers.some((covered) => has(haystack(data.requirements[covered])))) continue;
    for (const kind of ofTest[index]) counts[kind] = (counts[kind] ?? 0) + 1;
    if (ofResult[index]) tests.push(index);
  }
  return { requirements, tests, counts };
}
