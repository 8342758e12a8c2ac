#!/bin/sh
# The project's own tests: installs what is missing, builds, and runs everything under CTest.
# Usage: test.sh [PRESET [CTEST-ARGUMENT...]]   (presets: release, asan, tsan, coverage)
set -eu
cd "$(dirname "$0")/.."
preset=release
case "${1:-}" in
    -h | --help)
        echo "usage: ./pipects test [release|asan|tsan|coverage [CTEST-ARGUMENT...]]"
        exit 0
        ;;
    release | asan | tsan | coverage) preset=$1; shift ;;
esac
sh tools/install-packages.sh test
# What the tests need was just installed: without it nothing may be left out in silence.
cmake --preset "$preset" -DCMAKE_REQUIRE_FIND_PACKAGE_GTest=ON -DCMAKE_REQUIRE_FIND_PACKAGE_Boost=ON >/dev/null
cmake --build --preset "$preset"
exec ctest --preset "$preset" --parallel "$(nproc)" "$@"
