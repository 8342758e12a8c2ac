// The tree of requirements and the list of tests. What is closed or far away is not built yet.

const FEW = 60;
const CHUNK = 40;
const ROW_REM = 3.9;

function heads() {
  return h("div", { class: "heads", "aria-hidden": "true" }, h("span"),
    h("span", { class: "cells" }, ...data.implementations.map((each) => h("span", null, each.id))));
}

function nothing() {
  const clear = h("button", { type: "button" }, "Clear the filters");
  clear.addEventListener("click", clearFilters);
  return h("p", { class: "blank" }, filtering() ? "Nothing matches the filters. " : "There are none in these results. ", filtering() ? clear : null);
}

/** Fills the details element once, when it is first opened. */
function onceOpen(details, fill) {
  details.fill = () => {
    details.fill = () => {};
    fill();
  };
  details.addEventListener("toggle", () => details.open && details.fill());
}

function open(details) {
  details.fill?.();
  details.open = true;
}

// Requirements ---------------------------------------------------------------------------------------------------

const memberName = (member) => member.replace("..ctor", "");
/** A long name that may break after a point or a bracket. */
const breakable = (name) => name.replace(/[.(]/g, "$&\u200b");
const typeName = (member) => /^\w*/.exec(memberName(member))[0] || "Other";

function requirementBody(requirement) {
  const members = requirement.members.length > 1
    ? [h("p", { class: "cap" }, "Members"), h("ul", null, ...requirement.members.map((each) => h("li", null, h("code", null, memberName(each)))))] : [];
  const tests = requirement.tests.map((index) => data.tests[index]);
  const list = tests.length
    ? h("ul", { class: "plain" }, ...tests.map((test) => {
      const bad = test.results.filter((result) => data.verdicts[result[VERDICT]] !== "pass");
      const words = [...new Set(bad.map((result) => `${data.implementations[result[SERVER]].id}: ${data.verdicts[result[VERDICT]]}`))];
      return h("li", null, toTest(test.index), ` ${test.title} `, h("small", null, words.length ? words.join(", ") : test.results.length ? "all pass" : "no result"));
    }))
    : h("p", null, "No test of this run covers it.");
  return h("div", { class: "body" },
    requirement.note ? h("p", null, h("b", null, "Note: "), requirement.note) : null,
    requirement.platforms ? h("p", null, `On ${requirement.platforms} only.`) : null,
    h("p", { class: "cap" }, requirement.sources.length > 1 ? "Sources" : "Source"),
    h("ul", null, ...requirement.sources.map(([title, url]) => h("li", null, link(url, title)))),
    ...members, h("p", { class: "cap" }, `Tests (${tests.length})`), list);
}

function requirementRow(index) {
  const requirement = data.requirements[index];
  const details = h("details", { class: "req", id: `requirement/${requirement.id}` },
    h("summary", null,
      h("span", { class: "what" }, tag(requirement.level, `level-${requirement.level}`), requirement.text, h("small", null, requirement.id)),
      heldCells(requirement)));
  onceOpen(details, () => {
    details.append(requirementBody(requirement));
    details.lastChild.append(h("p", null, h("a", { class: "permalink", href: `#requirement/${encodeURI(requirement.id)}` }, "Link to this requirement")));
  });
  return details;
}

function memberRow(member, indexes, opened) {
  const cells = data.implementations.map((each, at) => {
    const counts = {};
    for (const index of indexes) {
      const state = data.requirements[index].held[at];
      counts[state] = (counts[state] ?? 0) + 1;
    }
    const label = `${each.label}: ${Object.entries(counts).map(([state, count]) => `${count} ${state}`).join(", ")}`;
    return h("span", { class: "cell", role: "img", "aria-label": label, title: label, "data-name": each.id }, bar(counts));
  });
  const details = h("details", { class: "member", "data-member": member },
    h("summary", null, h("span", { class: "what" }, breakable(memberName(member)), h("i", null, String(indexes.length))), h("span", { class: "cells" }, ...cells)));
  onceOpen(details, () => details.append(h("div", { class: "inside" }, ...indexes.map(requirementRow))));
  if (opened) open(details);
  return details;
}

function showRequirements(indexes) {
  const list = document.getElementById("requirement-list");
  const groups = new Map();
  for (const index of indexes) {
    const member = data.requirements[index].members[0] ?? "(no member)";
    if (!groups.has(member)) groups.set(member, []);
    groups.get(member).push(index);
  }
  const types = new Map();
  for (const member of [...groups.keys()].sort()) {
    const type = typeName(member);
    if (!types.has(type)) types.set(type, []);
    types.get(type).push(member);
  }
  const opened = indexes.length <= FEW;
  const parts = [];
  for (const [type, members] of types) {
    parts.push(h("h3", { class: "type" }, type), ...members.map((member) => memberRow(member, groups.get(member), opened)));
  }
  list.style.setProperty("--columns", data.implementations.length);
  list.replaceChildren(...(parts.length ? [heads(), ...parts] : [nothing()]));
  count("requirements-n", indexes.length, data.requirements.length);
}

// Tests ----------------------------------------------------------------------------------------------------------

function testBody(test) {
  const bad = test.results.filter((result) => data.verdicts[result[VERDICT]] !== "pass");
  const good = test.results.filter((result) => data.verdicts[result[VERDICT]] === "pass");
  const stops = new Set(bad.map((result) => result[MORE]?.failure?.step));
  const needs = test.needs.length ? `; needs ${test.needs.map(text).join(", ")}` : "";
  return h("div", { class: "body" },
    ...bad.map((result) => outcome(test, result)), passed(good),
    h("p", { class: "cap" }, "Steps"),
    h("ol", { class: "steps" }, ...test.steps.map((step, index) => h("li", { class: stops.has(index) ? "stop" : null }, text(step)))),
    h("p", { class: "cap" }, "Covers"),
    h("ul", null, ...test.covers.map((index) => h("li", null, toRequirement(index), ` ${data.requirements[index].text}`))),
    h("p", null, h("small", null, `${text(test.file)}:${test.line}; ${test.processes} process${test.processes === 1 ? "" : "es"}${needs}`),
      h("a", { class: "permalink", href: `#test/${encodeURI(test.id)}` }, "Link to this test")),
    bad.length || !good.length ? null : h("p", { class: "cap" }, "See it"), bad.length || !good.length ? null : replay(text(good[0][REPLAY])));
}

function testRow(index) {
  const test = data.tests[index];
  const slowest = test.results.reduce((most, result) => Math.max(most, result[SECONDS]), 0);
  const details = h("details", { class: "test", id: `test/${test.id}` },
    h("summary", null, h("span", { class: "what" }, test.title, h("small", null, `${test.id}${slowest ? ` · ${duration(slowest)}` : ""}`)), verdictCells(test)));
  onceOpen(details, () => details.append(testBody(test)));
  return details;
}

const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) fillChunk(entry.target);
}, { rootMargin: "1200px" });

function fillChunk(chunk) {
  if (!chunk.indexes) return;
  watcher.unobserve(chunk);
  chunk.append(...chunk.indexes.map(testRow));
  chunk.style.height = "";
  chunk.style.containIntrinsicSize = `auto ${chunk.indexes.length * ROW_REM}rem`;
  chunk.indexes = null;
}

let chunkOf = new Map();

function showTests(indexes) {
  const list = document.getElementById("test-list");
  watcher.disconnect();
  chunkOf = new Map();
  const chunks = [];
  for (let start = 0; start < indexes.length; start += CHUNK) {
    const chunk = h("div", { class: "chunk" });
    chunk.indexes = indexes.slice(start, start + CHUNK);
    chunk.style.height = `${chunk.indexes.length * ROW_REM}rem`;
    for (const index of chunk.indexes) chunkOf.set(index, chunk);
    chunks.push(chunk);
  }
  list.style.setProperty("--columns", data.implementations.length);
  list.replaceChildren(...(chunks.length ? [heads(), ...chunks] : [nothing()]));
  for (const chunk of chunks) watcher.observe(chunk);
  count("tests-n", indexes.length, data.tests.length);
}

function count(id, shown, total) {
  document.getElementById(id).textContent = shown === total ? total.toLocaleString("en") : `${shown.toLocaleString("en")} of ${total.toLocaleString("en")}`;
}
