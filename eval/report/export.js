// The rows shown, as a file of comma-separated values that spreadsheets open in UTF-8.

// A text that a spreadsheet would take for a formula is marked as text.
function csvCell(value) {
  if (value === null || value === undefined) return "";
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const plain = (value) => (Array.isArray(value) ? value.join(" | ") : value);

function csvRecord(row, measures, stages) {
  const { expected = {}, given = {} } = row;
  return [
    row.id, row.group, row.lang, row.kind, row.trap, row.variant, row.question,
    expected.answerable, (expected.answers ?? []).join(" | "), given.status, given.answer,
    given.short_answer, given.confidence, given.reason, row.rank, row.failed, row.why,
    ...measures.map(([name]) => plain(row.values?.[name])),
    ...stages.map((stage) => row.timings_ms?.[stage]),
  ];
}

function csvOf(items, measures) {
  const all = items.flatMap(({ row, other }) => [row, other].filter(Boolean));
  const stages = [...new Set(all.flatMap((row) => Object.keys(row.timings_ms ?? {})))];
  const names = ["id", "group", "lang", "kind", "trap", "variant", "question", "answerable",
    "accepted", "status", "answer", "short_answer", "confidence", "reason", "rank", "failed", "why",
    ...measures.map(([name]) => name), ...stages.map((stage) => `ms_${stage}`)];
  const beside = items.some(({ other }) => other);
  const lines = [beside ? ["change", "run", ...names] : names];
  for (const { row, other, state } of items) {
    const record = csvRecord(row, measures, stages);
    lines.push(beside ? [state, "A", ...record] : record);
    if (other) lines.push([state, "B", ...csvRecord(other, measures, stages)]);
  }
  return `\ufeff${lines.map((line) => line.map(csvCell).join(",")).join("\r\n")}\r\n`;
}

function saveCsv(items, measures) {
  const url = URL.createObjectURL(new Blob([csvOf(items, measures)], { type: "text/csv" }));
  el("a", { href: url, download: "questions.csv" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
