// Everything about one question, drawn when it is opened.
const TEXTS = [];

function text(index, tag = "span", attributes = {}) {
  const [words, lang] = TEXTS[index] ?? ["", ""];
  return el(tag, { lang, ...attributes }, words);
}

const words = (index) => TEXTS[index]?.[0] ?? "";

function pairs(entries) {
  const shown = entries.filter(([, value]) => value !== undefined && value !== null && value !== "");
  return el("dl", { class: "pairs" },
    shown.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

function block(heading, ...content) {
  return el("section", {}, el("h4", {}, heading), ...content);
}

function expectedBlock(row) {
  const expected = row.expected ?? {};
  const answers = (expected.answers ?? []).map((answer) => el("li", { lang: row.textlang }, answer));
  return block("Expected", pairs([
    ["Answerable", { true: "yes", false: "no" }[expected.answerable]],
    ["Accepted answers", answers.length ? el("ul", { class: "answers" }, answers) : null],
    ["Passage", expected.passage === undefined ? null : text(expected.passage)],
    ["Relevant passages", expected.relevant?.length
      ? el("code", {}, expected.relevant.join(" ")) : null],
  ]));
}

function givenBlock(row) {
  const given = row.given ?? {};
  const lang = given.language ?? row.textlang;
  const quotes = (given.quotes ?? []).map((quote) => el("blockquote", {},
    text(quote.text, "p"),
    quote.rendition === undefined ? null : text(quote.rendition, "p", { class: "rendition" }),
    el("footer", {}, [quote.title, quote.section].filter(Boolean).join(" › "),
      quote.passage_id ? [" ", el("code", {}, quote.passage_id)] : null)));
  const judged = quotes.length || given.answer || given.reason; // a mere search says nothing
  return block("Given", pairs([
    ["Status", judged ? given.status : null],
    ["Understood as", given.standalone_question && given.standalone_question !== row.question
      ? el("span", { lang: row.textlang }, given.standalone_question) : null],
    ["Reason", given.reason],
    ["Short answer", given.short_answer ? el("b", { lang }, given.short_answer) : null],
    ["Answer", given.answer ? el("p", { lang }, given.answer) : null],
    ["Confidence", judged && given.confidence !== undefined ? number(given.confidence) : null],
    ["Rank of the passage", row.rank],
  ]), quotes.length ? [el("h5", {}, "Quotes"), ...quotes] : null);
}

function hitsBlock(row) {
  const hits = row.given?.hits ?? [];
  if (!hits.length) return null;
  const heads = ["Rank", "Passage", "Score", "Dense rank", "Lexical rank"];
  const lines = hits.map(([rank, id, index, score, dense, lexical, right]) =>
    el("tr", { class: right ? "right" : null },
      el("th", { scope: "row", class: "num" }, String(rank)),
      el("td", {}, right ? el("span", { class: "mark" }, "right passage") : null,
        text(index ?? -1), " ", el("code", {}, id)),
      el("td", { class: "num" }, number(score)),
      el("td", { class: "num" }, String(dense ?? "–")),
      el("td", { class: "num" }, String(lexical ?? "–"))));
  return block("Passages found", el("div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": "Passages found" },
    el("table", { class: "set hits" },
      el("caption", { class: "vh" }, "Passages found, by rank"),
      el("thead", {}, el("tr", {}, heads.map((head, n) =>
        el("th", { scope: "col", class: n === 1 ? null : "num" }, head)))),
      el("tbody", {}, lines))));
}

// Values that apply to the question, and its times.
function figuresBlock(row, measures) {
  const values = measures
    .filter(([name]) => row.values?.[name] !== undefined && row.values[name] !== null)
    .map(([name, label, how]) => [label, measured(row.values[name], how)]);
  const times = Object.entries(row.timings_ms ?? {})
    .map(([stage, time]) => [stage, `${milliseconds(time)} ms`]);
  return el("div", { class: "figures" },
    values.length ? block("Values", pairs(values)) : null,
    times.length ? block("Time", pairs(times)) : null);
}

// The question, and what came of it; of two runs, side by side.
function detail(row, other, measures) {
  const facts = [["group", row.group], ["kind", row.kind], ["trap", row.trap],
    ["variant", row.variant], ["language", LANGUAGES[row.lang] ?? row.lang],
    ["clean question", row.base === row.id ? "" : row.base]];
  const turns = (row.history ?? []).map((turn) =>
    el("li", {}, el("small", {}, turn.role), " ", el("span", { lang: row.textlang }, turn.content)));
  const why = ({ why, failed }) => why ? el("p", { class: failed ? "why bad" : "why" }, why) : null;
  const outcome = (one, letter) => el("div", {}, el("h3", {}, `Run ${letter}`), why(one),
    givenBlock(one), hitsBlock(one), figuresBlock(one, measures));
  return el("article", {},
    turns.length ? el("ol", { class: "history" }, turns) : null,
    el("p", { class: "asked", lang: row.textlang }, row.question),
    el("p", { class: "facts" }, facts.filter(([, value]) => value)
      .map(([name, value]) => el("span", {}, `${name} `, el("b", {}, value)))),
    other
      ? [expectedBlock(row), el("div", { class: "beside" }, outcome(row, "A"), outcome(other, "B"))]
      : [why(row), el("div", { class: "two" }, expectedBlock(row), givenBlock(row)),
        hitsBlock(row), figuresBlock(row, measures)]);
}
