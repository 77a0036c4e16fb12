"""Start the web page: `python app.py`, the same as `ponte serve`."""

from __future__ import annotations

import logging
import sys

from chatbot.page import serve
from corpus.errors import IndexUnavailable, InputError, PonteError
from corpus.settings import load_settings


def main() -> int:
    """Serve until stopped; return the exit code of the command line's contract."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    for name in ("chatbot", "index", "corpus"):
        logging.getLogger(name).setLevel(logging.INFO)
    try:
        serve(load_settings())
    except PonteError as error:
        sys.stderr.write(f"{error}\n")
        if isinstance(error, InputError):
            return 2
        return 4 if isinstance(error, IndexUnavailable) else 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
