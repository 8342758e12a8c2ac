// Elements from data. Text only ever becomes text: nothing of a results file is taken for markup.

/** An element: `h("p", {class: "x"}, "text", child)`. */
function h(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value !== undefined && value !== null && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A stacked bar of states and their counts, as in the charts. */
function bar(counts) {
  const NS = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(NS, "svg");
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  svg.setAttribute("class", "bar");
  svg.setAttribute("viewBox", "0 0 100 8");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  let x = 0;
  for (const state of HELD_ORDER) {
    if (!counts[state]) continue;
    const rect = document.createElementNS(NS, "rect");
    const width = (100 * counts[state]) / total;
    rect.setAttribute("class", `s-${slug(state)}`);
    rect.setAttribute("x", x);
    rect.setAttribute("width", width);
    rect.setAttribute("height", 8);
    svg.append(rect);
    x += width;
  }
  return svg;
}

function cell(kind, state, word, index) {
  const label = `${data.implementations[index].label}: ${state ?? "no result"}`;
  const name = data.implementations[index].id;
  if (!state) return h("span", { class: "cell nothing", role: "img", "aria-label": label, "data-name": name }, "·");
  return h("span", { class: `cell ${kind}-${slug(state)}`, role: "img", "aria-label": label, title: label, "data-name": name }, word);
}

const heldCells = (requirement) => h("span", { class: "cells" },
  ...requirement.held.map((state, index) => cell("h", state, HELD_WORDS[state] ?? state, index)));

const verdictCells = (test) => h("span", { class: "cells" },
  ...worstByServer(test).map((verdict, index) => {
    const name = data.verdicts[verdict];
    return cell("v", name, VERDICT_WORDS[name] ?? name, index);
  }));

const duration = (seconds) => seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;
const tag = (word, kind) => h("span", { class: `tag ${kind}` }, word);
const safe = (url) => /^https?:\/\//.test(url) ? url : null;
const link = (url, label) => safe(url) ? h("a", { href: url, rel: "noreferrer" }, label) : h("span", null, label);
const toRequirement = (index) => h("a", { href: `#requirement/${encodeURI(data.requirements[index].id)}` }, data.requirements[index].id);
const toTest = (index) => h("a", { href: `#test/${encodeURI(data.tests[index].id)}` }, data.tests[index].id);

function who(result) {
  const server = data.implementations[result[SERVER]].label;
  const client = data.implementations[result[CLIENT]].label;
  const pair = server === client ? server : `${server} with the client of ${client}`;
  return data.repeat > 1 ? `${pair}, repetition ${result[REPETITION]}` : pair;
}

/** A heading and the lines of a program's own output; nothing if there are none. */
function lines(heading, indexes) {
  if (!indexes?.length) return [];
  return [h("p", { class: "cap" }, heading), h("pre", { tabindex: "0", role: "group", "aria-label": heading }, indexes.map(text).join("\n"))];
}

function replay(command) {
  const code = h("code", null, command);
  const button = h("button", { type: "button" }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(command);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "Selected";
    }
  });
  return h("div", { class: "replay" }, code, button);
}

/** All that there is to say of a result that did not pass. */
function outcome(test, result) {
  const verdict = data.verdicts[result[VERDICT]];
  const more = result[MORE] ?? {};
  const box = h("div", { class: `outcome-of v-${slug(verdict)}` },
    h("p", null, h("b", null, who(result)), " ", tag(verdict, "verdict"), " ", h("small", null, duration(result[SECONDS]))));
  if (more.reason !== undefined) box.append(h("p", null, text(more.reason)));
  if (more.deviation) {
    const [happens, kind, reason, url, leadsTo] = more.deviation.map((index, at) => at < 5 ? text(index) : index);
    box.append(h("p", null, h("b", null, happens), ` ${reason} (${kind}) `, safe(url) ? link(url, leadsTo) : null));
  }
  const failure = more.failure;
  if (failure) {
    if (failure.text !== test.steps[failure.step]) box.append(h("p", null, text(failure.text)));
    if (failure.requirement !== undefined) {
      box.append(h("p", null, h("small", null, "at ", toRequirement(failure.requirement), ": "), data.requirements[failure.requirement].text));
    }
    if (failure.step !== undefined && test.steps[failure.step] !== undefined) {
      box.append(h("p", null, h("small", null, `in step ${failure.step + 1}: `), h("code", null, text(test.steps[failure.step]))));
    }
    box.append(h("dl", { class: "outcome" },
      h("div", null, h("dt", null, "expected"), h("dd", null, h("code", null, text(failure.expected)))),
      h("div", null, h("dt", null, "got"), h("dd", null, h("code", null, text(failure.actual))))));
    box.append(...lines("What the operating system showed", failure.observed),
      ...lines("Where its threads were", failure.threads), ...lines("The last lines of standard error", failure.stderr));
  }
  if (more.trace) {
    box.append(h("details", { class: "trace" }, h("summary", null, `Every message (${more.trace.length})`),
      h("pre", { tabindex: "0", role: "group", "aria-label": "Every message" }, more.trace.map(text).join("\n"))));
  }
  box.append(h("p", { class: "cap" }, "See it again"), replay(text(result[REPLAY])));
  return box;
}

/** The results that passed, in one line. */
function passed(results) {
  if (!results.length) return null;
  const each = results.map((result) => {
    const proofs = result[MORE]?.proofs?.map(text).join(", ");
    return `${who(result)} (${duration(result[SECONDS])}${proofs ? `; proven blocked by ${proofs}` : ""})`;
  });
  return h("p", null, h("b", { class: "a-yes" }, "pass"), ` ${each.join(", ")}`);
}
