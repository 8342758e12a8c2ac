#!/bin/sh
# Which lines and branches of the reference all its tests reach: library, kit, in-process runner and the whole
# conformance run. Writes reports/coverage.md, and pages line by line below build/coverage/report/.
# Exit status 1 if anything is neither reached nor explained in reference/unreached.yaml.
set -eu
cd "$(dirname "$0")/.."
case "${1:-}" in
    -h | --help)
        echo "usage: tools/coverage.sh"
        exit 0
        ;;
esac
sh tools/install-packages.sh ci
if [ -d build/coverage ]; then
    find build/coverage -name '*.gcda' -delete
fi
sh tools/test.sh coverage --tests-regex '^(reference|kit|inprocess|conformance)[.]'
mkdir -p build/coverage/report
# Branches are counted where the code decides something, not where the compiler cleans up for an exception.
decision='\bif\b|\bwhile\b|\bfor\b|\bswitch\b|\?|&&|\|\|'
gcovr --root . --filter reference/include/ --filter reference/src/ --object-directory build/coverage \
    --exclude-directories '.*/consumer' --exclude-throw-branches --exclude-unreachable-branches \
    --exclude-branches-by-pattern "^(?!.*($decision)).*\$" \
    --json build/coverage/coverage.json --html-details build/coverage/report/index.html build/coverage
/usr/bin/python3 tools/coverage.py build/coverage/coverage.json reference/unreached.yaml reports/coverage.md
echo "line by line: build/coverage/report/index.html"
