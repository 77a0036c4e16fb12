"""Start the web page: `python app.py`, the same as `ponte serve`, with the same options."""

from __future__ import annotations

import sys

from eval.cli import main

if __name__ == "__main__":
    sys.argv.insert(1, "serve")
    main()
