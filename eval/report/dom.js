"use strict";
// Elements are made of nodes, never of markup: what stands in the data can only be text.

function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false || value === "") continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

const LANGUAGES = {
  "zh-Hant": "Traditional Chinese", "zh-Hans": "Simplified Chinese", en: "English", pt: "Portuguese",
};
const GIVEN = { trap: "no trap", variant: "clean" };
const collator = new Intl.Collator(undefined, { numeric: true });

// Texts are compared without case, width and accents.
const folded = (text) => String(text).normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

// What is missing comes last, whichever way is sorted.
function compare(a, b, down) {
  const none = (value) => value === null || value === undefined || value === "";
  if (none(a) || none(b)) return none(a) - none(b);
  const order = typeof a === "number" && typeof b === "number" ? a - b : collator.compare(a, b);
  return down ? -order : order;
}

function number(value, digits = 3) {
  if (typeof value !== "number") return "–";
  return value.toFixed(digits).replace("-", "−").replace(/\B(?=(\d{3})+(?=\.|$))/g, ",");
}

const milliseconds = (value) => number(value, value < 10 ? 2 : value < 100 ? 1 : 0);

function measured(value, how) {
  if (Array.isArray(value)) return `${number(value[0])} / ${value[1]}`; // a score and its label
  return how === "sum" && Number.isInteger(value) ? number(value, 0) : number(value);
}

// The button in a sortable heading; the arrow says what aria-sort says.
function sortButton(heading, onclick) {
  const label = [...heading.childNodes];
  heading.append(el("button", { type: "button", class: "sort", onclick }, label));
}
