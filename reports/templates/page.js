// What a reader does: the theme, the filters, links into the page, the keyboard, the printer.

// The theme ------------------------------------------------------------------------------------------------------
const THEMES = ["auto", "light", "dark"];
const themeButton = document.getElementById("theme");
function setTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  themeButton.textContent = `Theme: ${theme}`;
}
function stored(value) {
  try {
    if (value) localStorage.setItem("pipects-theme", value);
    return localStorage.getItem("pipects-theme");
  } catch {
    return null; // a page from disk may have no storage
  }
}
setTheme(THEMES.includes(stored()) ? stored() : "auto");
themeButton.addEventListener("click", () => {
  const next = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme ?? "auto") + 1) % THEMES.length];
  setTheme(next);
  stored(next);
});

// Filters --------------------------------------------------------------------------------------------------------
const form = document.getElementById("filters");
const query = document.getElementById("q");
const KINDS = new Set([...document.querySelectorAll("#v input")].map((box) => box.value));

function show() {
  const found = matches();
  showRequirements(found.requirements);
  showTests(found.tests);
  showCounts(found.counts);
  document.documentElement.dataset.shown = `${found.requirements.length} ${found.tests.length}`;
  return found;
}

/** A chip for each kind that there is among what the other filters let through. */
function showCounts(counts) {
  for (const box of form.querySelectorAll("#v input")) {
    const count = counts[box.value] ?? 0;
    box.nextElementSibling.querySelector("small").textContent = count.toLocaleString("en");
    box.parentElement.hidden = !count && !box.checked;
  }
}

/** The filters as a part of the address, so that what is shown can be passed on. */
function filterHash() {
  const parts = [];
  if (filter.q) parts.push(`q=${encodeURIComponent(filter.q)}`);
  if (filter.i) parts.push(`i=${encodeURIComponent(filter.i)}`);
  if (filter.l) parts.push(`l=${filter.l}`);
  if (filter.h) parts.push(`h=${encodeURIComponent(filter.h)}`);
  if (filter.c) parts.push(`c=${encodeURIComponent(filter.c)}`);
  if (filter.v.size) parts.push(`v=${[...filter.v].map(encodeURIComponent).join(",")}`);
  return parts.length ? `#?${parts.join("&")}` : "#requirements";
}

function applyForm() {
  filter.q = query.value.trim();
  filter.i = document.getElementById("i").value;
  filter.l = document.getElementById("l").value;
  filter.h = document.getElementById("h")?.value ?? "";
  filter.v = new Set([...form.querySelectorAll("#v input:checked")].map((box) => box.value));
  const found = show();
  document.getElementById("said").textContent = `${found.requirements.length} requirements and ${found.tests.length} tests shown`;
  if (filtering() || location.hash.startsWith("#?")) history.replaceState(null, "", filterHash());
}

function fillForm() {
  query.value = filter.q;
  document.getElementById("i").value = filter.i;
  document.getElementById("l").value = filter.l;
  if (document.getElementById("h")) document.getElementById("h").value = filter.h;
  for (const box of form.querySelectorAll("#v input")) box.checked = filter.v.has(box.value);
}

function clearFilters() {
  Object.assign(filter, UNFILTERED, { v: new Set() });
  fillForm();
  applyForm();
}

if (form) {
  let waiting = 0;
  form.addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(applyForm, event.target === query ? 120 : 0);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    clearFilters();
  });
}

// Links into the page --------------------------------------------------------------------------------------------
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Shows, opens and marks the requirement or test that the address names. */
function reveal(kind, id) {
  const things = kind === "test" ? data.tests : data.requirements;
  const index = things.findIndex((each) => each.id === id);
  if (index < 0) {
    lost(`These results have no ${kind} '${id}'.`);
    return;
  }
  const find = () => {
    if (kind === "test") {
      if (chunkOf.has(index)) fillChunk(chunkOf.get(index));
    } else {
      const name = things[index].members[0] ?? "(no member)";
      for (const member of document.querySelectorAll(".member")) if (member.dataset.member === name) open(member);
    }
    return document.getElementById(`${kind}/${id}`);
  };
  let element = find();
  if (!element) {
    Object.assign(filter, UNFILTERED, { v: new Set() });
    fillForm();
    show();
    element = find();
  }
  for (const old of document.querySelectorAll(".target")) old.classList.remove("target");
  element.classList.add("target");
  open(element);
  element.querySelector("summary").focus({ preventScroll: true });
  element.scrollIntoView({ block: "start" });
}

/** Says that the address names nothing here; an empty text takes it back. */
function lost(words) {
  const note = document.getElementById("lost");
  note.textContent = words;
  note.hidden = !words;
  if (words) note.scrollIntoView({ block: "center" });
}

function follow() {
  lost("");
  const hash = location.hash.slice(1);
  if (hash.startsWith("?") && form) {
    const asked = new URLSearchParams(hash.slice(1));
    filter.q = asked.get("q") ?? "";
    filter.i = asked.get("i") ?? "";
    filter.l = asked.get("l") ?? "";
    filter.h = asked.get("h") ?? "";
    filter.c = asked.get("c") ?? "";
    filter.v = new Set((asked.get("v") ?? "").split(",").filter((each) => KINDS.has(each)));
    fillForm();
    applyForm();
    form.scrollIntoView({ block: "start" });
    return;
  }
  const [kind, ...rest] = hash.split("/");
  if (kind === "requirement" || kind === "test") reveal(kind, decoded(rest.join("/")));
  if (kind === "wrong" && rest.length) {
    const section = document.getElementById(decoded(hash)) ?? document.getElementById("wrong");
    if (section?.id !== decoded(hash)) lost(`These results have nothing at '${decoded(hash)}'.`);
    if (!section) return;
    const around = section.closest("details");
    if (around) around.open = true;
    section.scrollIntoView({ block: "start" });
  }
}

// The keyboard ---------------------------------------------------------------------------------------------------
function step(by) {
  const rows = [...document.querySelectorAll(".list summary")].filter((row) => row.checkVisibility({ contentVisibilityAuto: false }));
  const at = rows.indexOf(document.activeElement);
  const next = at < 0 ? rows.find((row) => row.getBoundingClientRect().top > 0) ?? rows[0] : rows[at + by];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (!form || event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.matches?.("input[type=search], select");
  const inList = event.target.matches?.(".list summary");
  if (event.key === "Escape") {
    if (inList && event.target.parentElement.open) event.target.parentElement.open = false;
    else if (filtering() || query.value) clearFilters();
    else event.target.blur?.();
    event.preventDefault();
  } else if (typing) {
    if (event.target === query && (event.key === "ArrowDown" || event.key === "Enter")) {
      query.blur();
      document.querySelector("#requirement-list summary, #test-list summary")?.focus();
      event.preventDefault();
    }
  } else if (event.key === "/") {
    query.focus();
    query.select();
    event.preventDefault();
  } else if (event.key === "j" || (inList && event.key === "ArrowDown")) {
    step(1);
    event.preventDefault();
  } else if (event.key === "k" || (inList && event.key === "ArrowUp")) {
    step(-1);
    event.preventDefault();
  }
});

// The printer ----------------------------------------------------------------------------------------------------
let shut = [];
addEventListener("beforeprint", () => {
  const few = data.requirements.length <= FEW;
  shut = [...document.querySelectorAll(`.who:not([open]), .rest:not([open])${few ? ", .member:not([open])" : ""}`)];
  shut.forEach(open);
});
addEventListener("afterprint", () => shut.forEach((details) => { details.open = false; }));

// The filters' own height, so that the lists' heads stick below them.
if (form) {
  const measure = () => document.documentElement.style.setProperty("--filters", `${form.offsetHeight}px`);
  new ResizeObserver(measure).observe(form);
  show();
  measure();
}
addEventListener("hashchange", follow);
if (location.hash) follow();
document.documentElement.dataset.ready = "yes";
