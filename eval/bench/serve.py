"""What serving needs: `python -m eval.bench.serve`.

`ponte serve` runs in a process of its own, index and weights in place; questions of the
development set are put to it over HTTP as the page puts its examples, a few in each visitor's
conversation. Memory is the resident set of the process and its children.
"""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil

from chatbot.engine import build
from corpus.errors import PonteError
from corpus.settings import Settings
from eval.bench.commands import command, environment
from eval.bench.figures import Figure, median_of, percentile, run_benchmark
from eval.bench.questions import questions

ASKED = 50
IN_ONE_CONVERSATION = 5
LOG = "serve.log"
PATIENCE = 300.0
"""Seconds after which a server that is not ready, or an answer, is given up."""
_MIB = 1 << 20


def measure(runs: int) -> list[Figure]:
    """Start the server `runs` times; seconds to readiness, MiB, and milliseconds an answer."""
    ready, idle, after, waits = [], [], [], []
    with tempfile.TemporaryDirectory(prefix="ponte-bench-") as scratch:
        home = Path(scratch)
        build(Settings(index=home / "index", cache=home / "cache"))
        for _ in range(runs):
            with serving(home) as (url, process, seconds):
                ready.append(seconds)
                idle.append(resident(process))
                waits += ask_all(url, questions(ASKED))
                after.append(resident(process))
            _check_log(home / LOG)
    return [
        median_of("server ready to answer", ready, "s"),
        median_of("  resident memory when ready", idle, "MiB", 0),
        median_of(f"  resident memory after {ASKED} questions", after, "MiB", 0),
        Figure(
            "  answer over HTTP, pauses of the display included",
            round(percentile(waits, 50), 1), "ms", f"p50 of {len(waits)}",
        ),
    ]  # fmt: skip


@contextmanager
def serving(home: Path) -> Iterator[tuple[str, psutil.Process, float]]:
    """Run a server; yields its address, its process and the seconds until it was ready.

    Raises:
        PonteError: it ended, or was not ready in time.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    start = time.perf_counter()
    with (home / LOG).open("wb") as log:
        server = subprocess.Popen(
            command(["serve", "--port", str(port)]), env=environment(home), stdout=log, stderr=log
        )
    try:
        while not _healthy(url):
            if server.poll() is not None or time.perf_counter() - start > PATIENCE:
                said = (home / LOG).read_text("utf-8", "replace").strip()[-600:]
                raise PonteError(f"the server did not become ready: {said}")
            time.sleep(0.05)
        yield url, psutil.Process(server.pid), time.perf_counter() - start
    finally:
        server.terminate()
        try:
            server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def resident(process: psutil.Process) -> float:
    """The resident memory of a process and its children, in MiB."""
    family = [process, *process.children(recursive=True)]
    return float(sum(member.memory_info().rss for member in family) / _MIB)


def ask_all(url: str, asked: Sequence[str]) -> list[float]:
    """Ask one after another; return the milliseconds until each answer was complete.

    Raises:
        PonteError: the page cannot be asked, or an answer failed.
    """
    waits = []
    with httpx.Client(base_url=url, timeout=PATIENCE) as client:
        events = example_events(client.get("/config").raise_for_status().json())
        visitor = ""
        for number, question in enumerate(asked):
            if number % IN_ONE_CONVERSATION == 0:
                visitor = secrets.token_hex(6)
            start = time.perf_counter()
            _ask(client, events, visitor, question)
            waits.append((time.perf_counter() - start) * 1000)
    return waits


def example_events(config: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of a click on an example: one takes the question, the next answers it."""
    dependencies = config["dependencies"]
    for taken in dependencies:
        if any(target[1] == "select" for target in taken["targets"]):
            answered = [d for d in dependencies if d.get("trigger_after") == taken["id"]]
            if answered:
                return [taken, *answered]
    raise PonteError("the page has no event for its examples; eval/bench/serve.py must follow it")


def _ask(
    client: httpx.Client, events: Sequence[dict[str, Any]], visitor: str, question: str
) -> None:
    for event in events:
        body = {
            "data": [None] * len(event["inputs"]),
            "event_data": {"question": question} if event is events[0] else None,
            "fn_index": event["id"],
            "session_hash": visitor,
            "trigger_id": events[0]["targets"][0][0],
        }
        client.post("/gradio_api/queue/join", json=body).raise_for_status()
        _await(client, visitor, question)


def _await(client: httpx.Client, visitor: str, question: str) -> None:
    with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": visitor}) as lines:
        for line in lines.iter_lines():
            message = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
            if message.get("msg") == "process_completed":
                if not message["success"]:
                    raise PonteError(f"the server failed at {question!r}: {message['output']}")
                return
    raise PonteError(f"the server gave no answer to {question!r}")


def _check_log(log: Path) -> None:
    """A question that failed inside the server shows there only: the page says so politely."""
    said = log.read_text("utf-8", "replace")
    if "Traceback" in said:
        raise PonteError(f"the server failed at a question: {said.strip()[-600:]}")


def _healthy(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print."""
    run_benchmark(measure, "memory and start of a serving process", 1, argv)


if __name__ == "__main__":
    main()
