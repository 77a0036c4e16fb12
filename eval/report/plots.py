"""Plots as inline SVG: no style in it, so that a strict content policy holds; colours by variable.

Each is drawn by matplotlib with stand-in colours that become variables of the page's style sheet;
so one drawing fits light, dark and print. Letters are drawn as paths: no font is needed.
"""

from __future__ import annotations

import io
import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator
from scipy.stats import binomtest

from eval.report.numbers import ends_of, finite, label, milliseconds

# Stand-in colours, and the variables of the style sheet in their place.
INK, SOFT, LINE, S1, S2, S3 = (f"#0a0b0{n}" for n in range(1, 7))
_VARIABLES = {
    INK: "var(--ink)", SOFT: "var(--soft)", LINE: "var(--line)",
    S1: "var(--s1)", S2: "var(--s2)", S3: "var(--s3)",
}  # fmt: skip
SERIES, MARKERS = (S1, S2, S3), ("o", "s", "D", "^", "v", "P")
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": SOFT,
    "axes.linewidth": 0.7,
    "axes.labelcolor": INK,
    "axes.axisbelow": True,
    "text.color": INK,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
}
WIDTH = 4.9  # inches; 353 units of the drawing, about as many pixels on the page


def _style(name: str) -> AbstractContextManager[None]:
    """The settings of a drawing; its name makes the ids in it the same each time."""
    return matplotlib.rc_context({**_STYLE, "svg.hashsalt": name})


def reliability(bins: Sequence[Mapping[str, Any]]) -> str:
    """The observed share against confidence, with Wilson's 95 % intervals, and the counts below.

    The intervals are those of E. B. Wilson, "Probable inference, the law of succession, and
    statistical inference", JASA 22 (1927).
    """
    full = [b for b in bins if b.get("count")]
    if not full:
        return ""
    with _style("reliability"):
        drawing = Figure(figsize=(WIDTH, 4.1), layout="constrained")
        top, low = drawing.subplots(2, 1, sharex=True, height_ratios=(3.4, 1))
        top.plot([0, 1], [0, 1], color=SOFT, linewidth=0.9, linestyle=(0, (4, 3)))
        for b in full:
            count = round(b["count"])
            right = min(count, max(0, round(b["accuracy"] * count)))
            ends = binomtest(right, count).proportion_ci(method="wilson")
            top.plot([b["confidence"]] * 2, [ends.low, ends.high], color=S1, linewidth=1.1)
        xs, ys = ([b[key] for b in full] for key in ("confidence", "accuracy"))
        top.plot(xs, ys, color=S1, marker="o", markersize=5, linewidth=0.8, linestyle=":")
        top.set(ylim=(-0.03, 1.05), xlim=(0, 1), ylabel="observed share")
        top.grid(True)
        top.tick_params(bottom=False)
        heights = [b["count"] for b in full]
        middles = [(b["low"] + b["high"]) / 2 for b in full]
        low.bar(middles, heights, [0.9 * (b["high"] - b["low"]) for b in full], color=S1)
        for x, height in zip(middles, heights, strict=True):
            low.annotate(f"{height:,.0f}", (x, height), (0, 2), textcoords="offset points",
                         ha="center", fontsize=7.5)  # fmt: skip
        low.set(ylim=(0, max(heights) * 1.3), xlabel="confidence", ylabel="questions")
        low.yaxis.set_major_locator(MaxNLocator(2, integer=True))
        drawing.align_ylabels([top, low])
        described = "; ".join(
            f"{b['low']:.1f} to {b['high']:.1f}: {b['count']} questions, {b['accuracy']:.2f} right"
            for b in full
        )
        return _svg(drawing, "reliability", "Reliability diagram", described)


def stages(latency: Mapping[str, Any]) -> str:
    """The median, the 95th and the 99th percentile of every stage's time, on a log scale."""
    parts = latency.get("stages") or {}
    rows = {k: v for k, v in parts.items() if k != "total"} | {"total": latency}
    points = {}
    for name, row in rows.items():
        times = [finite(row.get(key)) or 0.0 for key in ("p50", "p95", "p99")]
        if min(times) > 0:  # a logarithmic scale has no nought
            points[_ascii(name)] = times
    if not points:
        return ""
    with _style("stages"):
        drawing = Figure(figsize=(WIDTH, max(2.0, 1.15 + 0.34 * len(points))), layout="constrained")
        axes = drawing.subplots()
        for place, row in enumerate(points.values()):
            axes.plot([row[0], row[2]], [place] * 2, color=SOFT, linewidth=1.2, zorder=1)
        for number, name in enumerate(("median", "95 %", "99 %")):
            axes.scatter([p[number] for p in points.values()], range(len(points)), s=26,
                         color=SERIES[number], marker=MARKERS[number], label=name)  # fmt: skip
        axes.set_xscale("log")
        _milliseconds(axes, [v for p in points.values() for v in p])
        axes.set_yticks(range(len(points)), list(points))
        axes.set(ylim=(len(points) - 0.5, -0.5), xlabel="milliseconds (log scale)")
        axes.grid(True, axis="x")
        axes.tick_params(left=False)
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, handletextpad=0.1)
        described = "; ".join(
            f"{name}: median {milliseconds(p[0])} ms, 95 % {milliseconds(p[1])} ms"
            for name, p in points.items()
        )
        return _svg(drawing, "stages", "Time by stage", described)


def totals(times: Sequence[float], summary: Mapping[str, Any]) -> tuple[str, str]:
    """The histogram of questions' times, and a sentence on those beyond its end."""
    if not times:
        return "", ""
    ordered = sorted(times)
    # The slowest hundredth would else squeeze all the others into one bar.
    end = min(ordered[-1], 1.25 * ordered[math.ceil(0.99 * len(ordered)) - 1]) or 1.0
    beyond = sum(time > end for time in ordered)
    bars = min(40, max(8, round(math.sqrt(len(ordered)) * 1.5)))
    with _style("totals"):
        drawing = Figure(figsize=(WIDTH, 3.0), layout="constrained")
        axes = drawing.subplots()
        axes.hist([min(t, end) for t in ordered], bins=bars, range=(0, end), color=S1, rwidth=0.9)
        marks = (("p50", "median", S2, "-"), ("p95", "95 %", S3, (0, (4, 2))))
        for key, name, colour, dash in marks:
            if (value := finite(summary.get(key))) is not None and value <= end:
                axes.axvline(value, color=colour, linewidth=1.4, linestyle=dash,
                             label=f"{name}: {milliseconds(value)} ms")  # fmt: skip
        axes.set(xlabel="milliseconds", ylabel="questions", xlim=(0, end))
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.grid(True, axis="y")
        if axes.get_legend_handles_labels()[0]:
            axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
        described = f"{len(times)} questions, from {milliseconds(ordered[0])} to "
        described += f"{milliseconds(ordered[-1])} ms"
        drawn = _svg(drawing, "totals", "Histogram of questions' times", described)
    plural = "question took" if beyond == 1 else "questions took"
    note = f"{beyond} {plural} longer than {milliseconds(end)} ms; the last bar counts them."
    return drawn, note if beyond else ""


def metrics(
    summaries: Sequence[Mapping[str, Any]], names: Sequence[str], runs: Sequence[str]
) -> str:
    """Shares with their intervals, run beside run; `names` are the measures drawn."""
    if not names:
        return ""
    gap = 0.62 / max(1, len(summaries) - 1)
    with _style("metrics"):
        height = 1.0 + len(names) * max(0.32, 0.15 * len(summaries) + 0.1)
        drawing = Figure(figsize=(WIDTH, height), layout="constrained")
        axes = drawing.subplots()
        for number, summary in enumerate(summaries):
            shift = (number - (len(summaries) - 1) / 2) * min(gap, 0.3)
            colour, marker = SERIES[number % 3], MARKERS[number % 6]
            found = {}
            for place, name in enumerate(names):
                value = finite((summary.get("metrics") or {}).get(name))
                if value is None:
                    continue
                found[place + shift] = value
                if ends := ends_of((summary.get("ci95") or {}).get(name)):
                    axes.plot(ends, [place + shift] * 2, color=colour, linewidth=1.3)
            axes.scatter(list(found.values()), list(found), s=24, color=colour, marker=marker,
                         label=_ascii(runs[number]), zorder=3)  # fmt: skip
        axes.set_yticks(range(len(names)), [_ascii(label(name)) for name in names])
        axes.set(ylim=(len(names) - 0.5, -0.5), xlim=(-0.02, 1.02))
        axes.grid(True, axis="x")
        axes.tick_params(left=False)
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=4, handletextpad=0.1)
        return _svg(drawing, "metrics", "Measures of the runs", "The table gives the figures.")


def _milliseconds(axes: Axes, values: Sequence[float]) -> None:
    """Label a logarithmic axis of times with plain numbers, and so that at least two stand."""
    low, high = min(values) / 1.4, max(values) * 1.4
    tens = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = (1,) if high / low > 200 else (1, 2, 5)
    ticks = [step * 10.0**ten for ten in tens for step in steps]
    axes.set_xticks([t for t in ticks if low <= t <= high])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlim(low, high)


def _ascii(text: str) -> str:
    """A name as the plots' one font can draw it."""
    return re.sub(r"[$\\_^]", " ", text.encode("ascii", "replace").decode())[:40]


def _svg(drawing: Figure, name: str, title: str, described: str) -> str:
    """A drawing as an SVG element for a page: scalable, titled, free of styles."""
    buffer = io.BytesIO()
    drawing.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    root = ET.fromstring(buffer.getvalue())
    for parent in list(root.iter()):
        parent.tag = parent.tag.rpartition("}")[2]
        for child in list(parent):
            if child.tag.rpartition("}")[2] in ("style", "metadata"):
                parent.remove(child)
        _plain(parent, name)
    for attribute in ("width", "height", "version"):
        root.attrib.pop(attribute, None)
    root.attrib |= {"role": "img", "aria-labelledby": f"{name}-title {name}-about", "class": "plot"}
    root.attrib |= {"stroke-linejoin": "round", "stroke-linecap": "butt"}
    for tag, text in (("desc", described), ("title", title)):
        element = ET.Element(tag, {"id": f"{name}-{'title' if tag == 'title' else 'about'}"})
        element.text = text
        root.insert(0, element)
    return ET.tostring(root, encoding="unicode")


def _plain(element: ET.Element, name: str) -> None:
    """Turn styles into attributes, make ids the drawing's own, and put in the variables."""
    pairs = (part.split(":", 1) for part in element.attrib.pop("style", "").split(";") if part)
    for key, value in pairs:
        element.set(key.strip(), value.strip())
    for key, value in list(element.attrib.items()):
        short = key.rpartition("}")[2]
        if short != key:
            del element.attrib[key]
        if short == "id":
            value = f"{name}-{value}"
        elif value.startswith("#") and short == "href":
            value = f"#{name}-{value[1:]}"
        else:
            value = value.replace("url(#", f"url(#{name}-")
        element.set(short, _VARIABLES.get(value, value))
