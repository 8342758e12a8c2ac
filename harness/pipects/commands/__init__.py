"""The sub-commands of `pipects`, one a file: each offers `add(subparsers)`."""
