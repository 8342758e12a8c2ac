"""`python3 -m pipects` is the `pipects` command."""

import sys

from pipects.cli import main

if __name__ == "__main__":
    sys.exit(main())
