#!/bin/sh
# clang-tidy over the library's sources, as far as the release build compiles them, by its commands.
# Usage: tidy.sh [FILE...]   (all of the library's without any)
set -eu
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- $(git ls-files 'reference/src/*.cpp' ':!reference/src/windows')
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 clang-tidy --quiet -p build/release 2>"$log"; then
    grep -v 'warnings\? generated' "$log" >&2 || true
    echo "clang-tidy: something is wrong in the files named above" >&2
    exit 1
fi
echo "clang-tidy: $# files, nothing found"
