#!/bin/sh
# Installs the Debian packages that a purpose needs (see packages.txt) and the machine lacks.
# Usage: install-packages.sh run|test|mutants|ci|optional
set -eu
purpose=${1:?usage: install-packages.sh run|test|mutants|ci|optional}
list=$(dirname "$0")/packages.txt
case $purpose in
    run) wanted='^run$' ;;
    test) wanted='^(run|test|mutants)$' ;;
    mutants) wanted='^(run|mutants)$' ;;
    ci) wanted='^(run|test|mutants|ci|optional)$' ;;
    optional) wanted='^optional$' ;;
    *) echo "install-packages.sh: unknown purpose '$purpose'" >&2; exit 2 ;;
esac
missing=
for entry in $(awk -v wanted="$wanted" '$1 ~ wanted {print $2 ":" $3}' "$list"); do
    package=${entry%%:*} program=${entry##*:}
    if [ -n "$program" ] && command -v "$program" >/dev/null; then continue; fi
    case $(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null || true) in
        installed) ;;
        *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null; then
    echo "pipects: these Debian packages, or what is like them, are missing:$missing" >&2
    exit 2
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "pipects: as root, run: apt-get install --no-install-recommends$missing" >&2
        exit 2
    fi
    as_root=sudo
fi
echo "pipects: installing$missing" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# What apt reports of its progress is a line on a terminal, rewritten each time; all else it says goes to the log.
progress() {
    status=1 shown=
    while IFS= read -r line; do
        case $line in
            dlstatus:* | pmstatus:*)
                [ -t 2 ] || continue
                rest=${line#*:} && rest=${rest#*:}
                shown=$(printf '%3d %% %.60s' "${rest%%.*}" "${rest#*:}")
                printf '\r\033[K%s' "$shown" >&2
                ;;
            status:*) status=${line#status:} ;;
            *) printf '%s\n' "$line" >>"$log" ;;
        esac
    done
    [ -z "$shown" ] || printf '\r\033[K' >&2
    return "$status"
}
install() {
    # shellcheck disable=SC2086 # each word is a package
    {
        $as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install --yes --quiet=2 --no-install-recommends -o APT::Status-Fd=1 $missing 2>&1 </dev/null &&
            echo status:0 || echo "status:$?"
    } | progress
}
if ! install; then
    if ! $as_root apt-get update >"$log" 2>&1 </dev/null || ! install; then
        tail -n 5 "$log" >&2
        echo "pipects: the packages could not be installed" >&2
        exit 2
    fi
fi
