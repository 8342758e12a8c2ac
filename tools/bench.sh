#!/bin/sh
# Measures the library beside others between two processes and writes reports/speed.md:
#   tools/bench.sh [ROUNDS [COMMIT]]
# With a commit, the library as it was there stands beside today's, driven by today's peer.
# Takes about ten minutes; nothing else should run meanwhile.
set -eu
cd "$(dirname "$0")/.."
rounds=${1:-5}
build=build/bench
mkdir -p build
export PIPECTS_BENCH_MILLISECONDS=${PIPECTS_BENCH_MILLISECONDS:-200}

cmake -S reference -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release >"$build.log" 2>&1 ||
    { cat "$build.log" >&2; exit 2; }
cmake --build "$build" --target pipects-reference-bench >"$build.log" 2>&1 || { cat "$build.log" >&2; exit 2; }

if [ -n "${2:-}" ]; then
    earlier=$build/at-$2
    rm -rf "$earlier"
    mkdir -p "$earlier"
    git archive "$2" reference | tar -x -C "$earlier"
    rm -rf "$earlier/reference/bench"
    cp -r reference/bench "$earlier/reference/"
    cmake -S "$earlier/reference" -B "$earlier/build" -G Ninja -DCMAKE_BUILD_TYPE=Release >"$build.log" 2>&1 ||
        { cat "$build.log" >&2; exit 2; }
    cmake --build "$earlier/build" --target pipects-peer-library >"$build.log" 2>&1 || { cat "$build.log" >&2; exit 2; }
fi

peers=$build/peers.txt
bin=$PWD/$build/bench
kernel=$PWD/$build/tests/pipects-reference-kernel
{
    printf 'bare\t%s\n' "$bin/pipects-peer-bare"
    printf 'library\t%s\n' "$bin/pipects-peer-library"
    [ -z "${2:-}" ] || printf 'library at %s\t%s\n' "$2" "$PWD/$earlier/build/bench/pipects-peer-library"
    for kind in before-6.18 before-6.4; do
        [ ! -x "$kernel" ] || for peer in bare library; do  # the filter that plays the kernel costs by itself
            printf '%s, %s\t%s %s %s\n' "$peer" "$kind" "$kernel" "$kind" "$bin/pipects-peer-$peer"
        done
    done
    for other in asio libuv; do
        [ ! -x "$bin/pipects-peer-$other" ] || printf '%s\t%s\n' "$other" "$bin/pipects-peer-$other"
    done
    if command -v dotnet >/dev/null &&
        dotnet build -c Release -o "$build/dotnet" --nologo -v quiet reference/bench/peers/peer.csproj \
            -p:BaseIntermediateOutputPath="$PWD/$build/dotnet-obj/" >"$build.log" 2>&1; then
        printf '.NET 10\t%s\n' "$PWD/$build/dotnet/peer"
    fi
    if command -v dotnet >/dev/null &&
        dotnet publish -c Release -r linux-x64 --self-contained true -o "$build/dotnet11" --nologo -v quiet \
            reference/bench/peers/peer.csproj -p:RuntimeFrameworkVersion=11.0.0 \
            -p:BaseIntermediateOutputPath="$PWD/$build/dotnet11-obj/" -p:OutputPath="$PWD/$build/dotnet11-bin/" >"$build.log" 2>&1; then
        printf '.NET 11\t%s\n' "$PWD/$build/dotnet11/peer"
    fi
    if command -v mcs >/dev/null && mcs -langversion:latest -r:System.Core -out:"$build/peer-mono.exe" reference/bench/peers/Peer.cs >"$build.log" 2>&1; then
        printf 'Mono\tmono %s\n' "$PWD/$build/peer-mono.exe"
    fi
} >"$peers"

PIPECTS_PEERS=$peers "$bin/pipects-reference-between" --benchmark_repetitions="$rounds" \
    --benchmark_enable_random_interleaving=true --benchmark_out="$build/between.json" --benchmark_out_format=json \
    ${PIPECTS_BENCH_FILTER:+--benchmark_filter="$PIPECTS_BENCH_FILTER"} >/dev/null
"$bin/pipects-reference-inside" --benchmark_out="$build/inside.json" --benchmark_out_format=json \
    --benchmark_min_time=0.2 >/dev/null
/usr/bin/python3 tools/bench.py "$build/between.json" "$build/inside.json" reports/speed.md
echo "written: reports/speed.md"
