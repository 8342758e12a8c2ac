"""`python3 -m pipects` is the `pipects` command."""

import sys

from pipects import interrupts
from pipects.errors import Interrupted, said


def start() -> int:
    """The command, with signals minded from the first moment on: loading it takes a while."""
    try:
        interrupts.install()
        from pipects.cli import main

        return main()
    except Interrupted as reason:
        interrupts.ignore()
        print(f"pipects: {said(reason)}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(start())
