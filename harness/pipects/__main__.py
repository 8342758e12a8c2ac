"""`python3 -m pipects` is the `pipects` command."""

import os
import sys

from pipects import interrupts
from pipects.errors import Interrupted, said


def open_what_is_closed() -> None:
    """Who began the command may have closed standard streams: their numbers are no other file's, and what is said is lost."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))


def start() -> int:
    """The command, with signals minded from the first moment on: loading it takes a while."""
    try:
        interrupts.install()
        open_what_is_closed()
        from pipects.cli import main

        return main()
    except Interrupted as reason:
        interrupts.ignore()
        print(f"pipects: {said(reason)}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(start())
