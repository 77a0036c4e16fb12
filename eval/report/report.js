// The list of questions: filtered, sorted and paged from the data in the page; its state stands in
// the address, so that a link opens it again.
const DATA = JSON.parse(document.getElementById("data").textContent);
TEXTS.push(...DATA.texts);
const PAGE = 100;
const PAIRS = DATA.mode === "pairs";
const FIELDS = ["lang", "kind", "trap", "variant", "status"];
const $ = (id) => document.getElementById(id);
const form = $("filters");

const items = DATA.rows.map((row, index) => {
  const main = row.a ?? row;
  const state = row.change ?? (row.failed ? "failed" : "passed");
  const item = { index, row: main, other: row.b, state, status: main.given?.status ?? "" };
  for (const name of ["lang", "kind", "trap", "variant"]) item[name] = main[name] ?? "";
  if (row.b) item.status = `${item.status} → ${row.b.given?.status ?? ""}`;
  return item;
});

const answerOf = (row) => row.given?.short_answer || row.given?.answer || row.given?.reason || "";
const shown = (name, key) =>
  (name === "lang" ? LANGUAGES[key] : null) ?? (key || GIVEN[name] || "not given");

// Columns: name, heading, value to sort by, and how a cell is drawn where that is not the value.
const asked = ({ row, other }) => [
  el("span", { class: "q", lang: row.textlang }, row.question),
  PAIRS ? null : el("span", { class: "a", lang: row.textlang }, answerOf(row)),
];
const ALL = PAIRS
  ? [
    { name: "id", label: "Id", value: (i) => i.row.id },
    { name: "question", label: "Question", value: (i) => i.row.question, draw: asked },
    { name: "state", label: "Change", value: (i) => i.state, draw: (i) => verdict(i.state) },
    { name: "a", label: "A", value: (i) => answerOf(i.row), draw: (i) => said(i.row) },
    { name: "b", label: "B", value: (i) => answerOf(i.other), draw: (i) => said(i.other) },
    { name: "lang", label: "Lang.", value: (i) => i.lang },
    { name: "kind", label: "Kind", value: (i) => i.kind },
    { name: "trap", label: "Trap", value: (i) => i.trap },
    { name: "variant", label: "Variant", value: (i) => i.variant },
  ]
  : [
    { name: "id", label: "Id", value: (i) => i.row.id },
    { name: "question", label: "Question and answer", value: (i) => i.row.question, draw: asked },
    { name: "state", label: "Result", value: (i) => `${i.state} ${i.row.why ?? ""}`,
      draw: (i) => [verdict(i.state), i.row.why ? el("small", {}, i.row.why) : null] },
    { name: "lang", label: "Lang.", value: (i) => i.lang },
    { name: "kind", label: "Kind", value: (i) => i.kind },
    { name: "trap", label: "Trap", value: (i) => i.trap },
    { name: "variant", label: "Variant", value: (i) => i.variant },
    { name: "status", label: "Status", value: (i) => i.status },
    { name: "rank", label: "Rank", num: true, value: (i) => i.row.rank },
    { name: "confidence", label: "Conf.", num: true, value: (i) => i.row.given?.confidence,
      draw: (i) => number(i.row.given?.confidence, 2) },
    { name: "total", label: "ms", num: true, value: (i) => i.row.timings_ms?.total,
      draw: (i) => milliseconds(i.row.timings_ms?.total) },
  ];
// A column in which nothing stands is left out; so is one that says the same of every question.
const SAYING = ["lang", "kind", "trap", "variant", "status", "confidence"];
const COLUMNS = ALL.filter(({ name, value }) => {
  const found = new Set(items.map((item) => value(item) ?? ""));
  if (name === "id" || name === "question") return true;
  return found.size > 1 || !(found.has("") || SAYING.includes(name));
});

function said(row) {
  return [el("small", {}, row.given?.status ?? ""), el("span", { class: "q", lang: row.textlang },
    answerOf(row))];
}

function verdict(state) {
  const good = state === "passed" || state === "better";
  const sign = { passed: "✓", failed: "✗", better: "▲", worse: "▼" }[state];
  return el("span", { class: good ? "verdict better" : "verdict worse" }, `${sign} ${state}`);
}

const FIRST = form.elements.show[0].value;
const EMPTY = { q: "", show: FIRST, measure: "", sort: "", page: 1, open: "" };
let state = { ...EMPTY };

function columns() {
  const measure = DATA.measures.find(([name]) => name === state.measure);
  if (!measure) return COLUMNS;
  const [name, label, how] = measure;
  const value = (i) => [i.row.values?.[name]].flat()[0];
  const extra = { name: "measure", label, num: true, value,
    draw: (i) => measured(i.row.values?.[name], how) };
  return [...COLUMNS, extra];
}

function haystack(item) {
  item.hay ??= folded([item.row, item.other].filter(Boolean).flatMap((row) => [
    row.id, row.group, row.question, row.why, row.given?.answer, row.given?.short_answer,
    row.given?.reason, ...(row.expected?.answers ?? []), words(row.expected?.passage),
    ...(row.given?.quotes ?? []).map((quote) => words(quote.text)),
  ]).filter(Boolean).join("\n"));
  return item.hay;
}

function selected() {
  const wanted = folded(state.q).split(/\s+/).filter(Boolean);
  const out = items.filter((item) =>
    (state.show === "all" || item.state === state.show) &&
    FIELDS.every((name) => state[name] === undefined || item[name] === state[name]) &&
    wanted.every((word) => haystack(item).includes(word)));
  const down = state.sort.startsWith("-");
  const column = columns().find(({ name }) => name === state.sort.replace("-", ""));
  if (column) {
    const keyed = out.map((item) => [column.value(item), item]);
    keyed.sort(([a, x], [b, y]) => compare(a, b, down) || x.index - y.index);
    return keyed.map(([, item]) => item);
  }
  return out;
}

function drawHead() {
  $("list").tHead.replaceChildren(el("tr", {}, columns().map(({ name, label, num }) => {
    const way = { [name]: "ascending", [`-${name}`]: "descending" }[state.sort];
    const heading = el("th", { scope: "col", class: num ? "num" : null, "aria-sort": way,
      "data-name": name }, label);
    sortButton(heading, () => {
      const first = num ? `-${name}` : name;
      const other = num ? name : `-${name}`;
      update({ sort: state.sort === first ? other : state.sort === other ? "" : first });
      $("list").querySelector(`th[data-name="${name}"] button`).focus();
    });
    return heading;
  })));
}

function toggle(item, line, open) {
  const button = line.querySelector("button");
  const was = button.getAttribute("aria-expanded") === "true";
  if (open === was) return;
  button.setAttribute("aria-expanded", String(open));
  if (open) button.setAttribute("aria-controls", `detail-${item.index}`);
  else button.removeAttribute("aria-controls");
  if (!open) {
    line.nextElementSibling.remove();
    return;
  }
  line.after(el("tr", { class: "detail", id: `detail-${item.index}` },
    el("td", { colspan: columns().length },
      el("div", { class: "sheet" }, detail(item.row, item.other, DATA.measures)))));
}

function drawLine(item) {
  const cells = columns().map(({ name, value, num, draw }) => {
    if (name === "id") {
      return el("th", { scope: "row" }, el("button", { type: "button", class: "opener",
        "aria-expanded": "false" }, item.row.id));
    }
    const content = draw ? draw(item) : String(value(item) ?? (num ? "–" : ""));
    return el("td", { class: num ? "num" : `c-${name}` }, content);
  });
  const line = el("tr", { class: "line" }, cells);
  line.addEventListener("click", (event) => {
    if (!event.target.closest("button") && String(getSelection())) return; // text is being marked
    const open = line.querySelector("button").getAttribute("aria-expanded") !== "true";
    toggle(item, line, open);
    state.open = open ? item.row.id : "";
    remember();
  });
  if (item.row.id === state.open) queueMicrotask(() => toggle(item, line, true));
  return line;
}

let current = [];

function draw() {
  current = selected();
  const pages = Math.max(1, Math.ceil(current.length / PAGE));
  state.page = Math.min(Math.max(1, state.page), pages);
  const from = (state.page - 1) * PAGE;
  const part = current.slice(from, from + PAGE);
  drawHead();
  $("list").tBodies[0].replaceChildren(...part.map(drawLine));
  const of = (n) => number(n, 0);
  $("count").value = current.length
    ? `${of(from + 1)}–${of(from + part.length)} of ${of(current.length)} questions` +
      (current.length < items.length ? `, out of ${of(items.length)}` : "")
    : `No question of ${of(items.length)} fits these filters.`;
  $("where").textContent = `page ${of(state.page)} of ${of(pages)}`;
  $("previous").disabled = state.page === 1;
  $("next").disabled = state.page === pages;
  document.querySelector(".pager").hidden = pages === 1;
  $("export").disabled = !current.length;
}

// The state is in the address as far as it differs from that of a page just opened.
function remember() {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(state)) {
    if (value !== undefined && value !== EMPTY[name]) parts.set(name, value);
  }
  history.replaceState(null, "", String(parts) ? `#${parts}` : location.pathname + location.search);
}

function update(changes) {
  Object.assign(state, { page: 1, open: "" }, changes);
  remember();
  draw();
}

function fromAddress() {
  const parts = new URLSearchParams(location.hash.slice(1));
  state = { ...EMPTY };
  for (const [name, value] of parts) {
    if (name === "page") state.page = Math.trunc(Number(value)) || 1;
    else if (name in EMPTY || FIELDS.includes(name)) state[name] = value;
  }
  if (![...form.elements.show].some(({ value }) => value === state.show)) state.show = FIRST;
  form.elements.q.value = state.q;
  form.elements.show.value = state.show;
  for (const name of [...FIELDS, "measure"]) {
    const select = form.elements[name];
    if (select) select.value = name === "measure" ? state.measure : state[name] ?? "*";
  }
  draw();
  if (location.hash.includes("=")) $("questions").scrollIntoView();
}

function fillSelects() {
  for (const name of FIELDS) {
    const counts = new Map();
    for (const item of items) counts.set(item[name], (counts.get(item[name]) ?? 0) + 1);
    const select = form.elements[name];
    select.parentElement.hidden = counts.size < 2;
    const keys = [...counts.keys()].sort((a, b) => collator.compare(shown(name, a), shown(name, b)));
    select.append(el("option", { value: "*" }, "all"), ...keys.map((key) => {
      const option = el("option", {}, `${shown(name, key)} (${number(counts.get(key), 0)})`);
      option.value = key;
      return option;
    }));
  }
  const select = form.elements.measure;
  if (!select) return;
  const some = DATA.measures.filter(([name]) =>
    items.some(({ row }) => typeof [row.values?.[name]].flat()[0] === "number"));
  select.parentElement.hidden = !some.length;
  const none = el("option", {}, "none");
  none.value = "";
  select.append(none, ...some.map(([name, label]) => el("option", { value: name }, label)));
}

let waiting = 0;
form.addEventListener("input", ({ target }) => {
  if (target.name !== "q") return;
  clearTimeout(waiting);
  waiting = setTimeout(() => update({ q: target.value.trim() }), 150);
});
form.addEventListener("change", ({ target }) => {
  if (target.name === "show" || target.name === "measure") update({ [target.name]: target.value });
  else if (FIELDS.includes(target.name)) {
    update({ [target.name]: target.value === "*" ? undefined : target.value });
  }
});
form.addEventListener("reset", (event) => {
  event.preventDefault();
  clearTimeout(waiting);
  history.replaceState(null, "", location.pathname + location.search);
  fromAddress();
});
form.addEventListener("submit", (event) => event.preventDefault());
function turn(by) {
  update({ page: state.page + by });
  $("list").scrollIntoView();
}
$("previous").addEventListener("click", () => turn(-1));
$("next").addEventListener("click", () => turn(1));
$("export").addEventListener("click", () => saveCsv(current, DATA.measures));
window.addEventListener("hashchange", () => {
  if (!location.hash || location.hash.includes("=")) fromAddress();
});
fillSelects();
fromAddress();
