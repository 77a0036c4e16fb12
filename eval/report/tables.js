// The tables of the page: a heading sorts its column, in the first place with the greatest first
// where it holds figures.
for (const table of document.querySelectorAll("table.sorts")) {
  const body = table.tBodies[0];
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    sortButton(heading, () => {
      const now = heading.getAttribute("aria-sort");
      const down = now ? now === "ascending" : heading.classList.contains("num");
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      const numeric = heading.classList.contains("num");
      const value = (row) => {
        const text = row.cells[column].dataset.v;
        return text === undefined ? null : numeric ? Number(text) : text;
      };
      body.append(...[...body.rows].sort((a, b) => compare(value(a), value(b), down)));
    });
  });
}

// A link within the page goes to its place and leaves the filters in the address alone; a link to
// a state of the filters is the list's.
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  if (!link || link.hash.includes("=")) return;
  const place = document.getElementById(link.hash.slice(1));
  if (!place) return;
  event.preventDefault();
  place.scrollIntoView();
  place.focus({ preventScroll: true });
});
