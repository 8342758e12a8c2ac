#!/bin/sh
# Makes again what is published: the pages in reports/sample/, the matrix, the timeline, the badge, the figures of
# reports/findings.md, and the baselines in reports/baselines/. Takes about an hour; .NET, Mono and Go must be there.
set -eu
cd "$(dirname "$0")/.."
./pipects matrix reference dotnet-11 dotnet-10 dotnet-10-aot mono python go \
    --json out/matrix.json --markdown reports/matrix.md --html out/matrix.html
./pipects timeline dotnet --from 8.0.34 --case 'server*' --case 'client*' --case 'handles*' --case 'directed*' --case 'lifetime*' \
    --case 'declarations*' --case 'example*' --case 'interleaved*' --case 'text*' --json out/timeline.json --markdown reports/timeline.md
./pipects run reference dotnet-10 mono python --json out/sample.json
./pipects report out/sample.json --matrix out/matrix.json --timeline out/timeline.json \
    --html reports/sample/report.html --markdown reports/sample/report.md
./pipects report out/sample.json --badge reports/sample/badge.svg --implementation reference
# The picture at the top of the README: the page's first screen, as a browser shows it.
chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1200,800 --virtual-time-budget=5000 \
    --screenshot=reports/sample/report.png "file://$PWD/reports/sample/report.html"
[ "$(stat -c %s reports/sample/report.png)" -le 307200 ] || { echo "sample.sh: report.png is over 300 KB" >&2; exit 1; }
./pipects run go go-poll dotnet-11 dotnet-10-aot dotnet-9 dotnet-8 dotnet-3.1 --json out/others.json
./pipects baseline out/sample.json --write reports/baselines
./pipects baseline out/others.json --write reports/baselines
/usr/bin/python3 tools/findings.py out/sample.json out/others.json
