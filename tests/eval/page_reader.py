"""An HTML page as the tests of the report read it."""

from __future__ import annotations

import json
from html.parser import HTMLParser


class Page(HTMLParser):
    """What a test needs of a page: its elements with their attributes and their text."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag in ("dd", "dt", "small"):
            self.handle_data(" ")
        self.elements.append([tag, dict(attributes), ""])
        if tag not in ("meta", "input", "br", "path", "circle", "rect", "use"):
            self.open.append(self.elements[-1])

    def handle_startendtag(self, tag, attributes):
        self.elements.append([tag, dict(attributes), ""])

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        for element in self.open:
            element[2] += data

    def all(self, tag, **attributes):
        return [e for e in self.elements if e[0] == tag
                and all(e[1].get(k) == v for k, v in attributes.items())]  # fmt: skip

    def table(self, caption):
        """The rows of the table with this caption, as lists of (text, what it sorts by)."""
        start = next(
            n for n, e in enumerate(self.elements) if e[0] == "caption" and e[2] == caption
        )
        rows = []
        for tag, attributes, text in self.elements[start:]:
            if tag == "table":
                break
            if tag == "tr":
                rows.append([])
            elif tag in ("th", "td"):
                rows[-1].append((" ".join(text.split()), attributes.get("data-v")))
        return rows


def number(text):
    return float(text.replace("−", "-").replace(",", ""))


def same(text, value):
    """Whether a figure on the page is a value, to the digits shown."""
    if value is None:
        return text == "–"
    digits = len(text.partition(".")[2])
    return abs(number(text) - value) <= 0.5 * 10**-digits + 1e-9


def data_of(page):
    (element,) = page.all("script", id="data")
    return json.loads(element[2])
