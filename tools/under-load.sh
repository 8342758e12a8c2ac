#!/bin/sh
# Runs a command with N busy loops beside it.
# Usage: under-load.sh N COMMAND [ARGUMENT...]
set -eu
loops=${1:?usage: under-load.sh N COMMAND [ARGUMENT...]}
shift
pids=
trap 'kill $pids 2>/dev/null || true' EXIT INT TERM
while [ "$loops" -gt 0 ]; do
    sh -c 'while :; do :; done' &
    pids="$pids $!"
    loops=$((loops - 1))
done
"$@"
