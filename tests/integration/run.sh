#!/usr/bin/env bash
# The real binary against real peers: run.sh PATH_TO_LLM_EXPORTER
set -eu
LLM_EXPORTER=$(realpath "$1")
export LLM_EXPORTER
here=$(cd "$(dirname "$0")" && pwd)
cd "$here"
failed=
# Incidents take minutes, in which they mostly wait: they run beside the other tests, as a group of
# processes of their own (set -m), which ends with this script.
log=$(mktemp)
set -m
python3 -m unittest incidents/test_*.py >"$log" 2>&1 &
incidents=$!
set +m
trap 'kill -INT -- -$incidents 2>/dev/null || true; rm -f "$log"' EXIT
python3 -m unittest discover -p 'test_*.py' "${@:2}" || failed=1
echo '== the official SDKs against the simulator'
cd "$here/sdk"
npm ci --no-audit --no-fund --loglevel=error
node --test || failed=1
echo '== what each incident sent, to whom; from failure to verdict to moved traffic'
wait $incidents || failed=1
cat "$log" "$here/../../build/incidents.txt" "$here/../../build/failover_times.txt" || failed=1
[ -z "$failed" ]
