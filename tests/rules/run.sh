#!/usr/bin/env bash
# The rules of alerts/ under each promtool, the runbooks, and whether the tests bite:
# run.sh PROMTOOL…
set -eu
here=$(cd "$(dirname "$0")" && pwd)
alerts=$here/../../alerts
export GOGC=400 # short runs of small programs: collecting garbage is a fifth of their work

check() {
  {
    "$1" --version
    "$1" check rules --lint=all --lint-fatal "$alerts"/*.rules.yml
    "$1" test rules "$here"/*.test.yml
  } 2>&1
}

log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
pids=()
for promtool in "$@"; do
  check "$promtool" >"$log/${#pids[@]}" &
  pids+=($!)
done
for i in "${!pids[@]}"; do
  wait "${pids[i]}" || { cat "$log/$i"; exit 1; }
  echo "$(head -1 "$log/$i" | cut -d' ' -f1-3): $(ls "$here"/*.test.yml | wc -l) files of tests pass"
done
python3 -m unittest discover -s "$here"
python3 "$here/mutants.py" "$1"
