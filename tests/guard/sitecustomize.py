"""Runs at the start of every Python process of a guarded program: no way out of this machine.

Whatever would leave is written to the file that PONTE_GUARD names and then refused.
"""

import os
import sys
from pathlib import Path

EVENTS = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")


def _is_local(event, args):
    address = args[1] if event in ("socket.connect", "socket.sendto") else args[0]
    if not isinstance(address, tuple):  # a name, or the path of a Unix socket
        if event in ("socket.connect", "socket.sendto"):
            return True
        address = (address,)
    host = address[0].decode() if isinstance(address[0], bytes) else address[0]
    return host in (None, "", "localhost", "::1") or str(host).startswith("127.")


def _hook(event, args):
    if event in EVENTS and not _is_local(event, args):
        with Path(os.environ["PONTE_GUARD"]).open("a", encoding="utf-8") as attempts:
            attempts.write(f"{event} {args!r}\n")
        raise OSError(f"the guard refused {event}")


if "PONTE_GUARD" in os.environ:
    sys.addaudithook(_hook)
