#!/usr/bin/env bash
# Runs every fuzzer for a bounded time from its seed corpus: run.sh BUILD_FOLDER SECONDS
# Two at a time, as CI has two cores. A crash keeps its input in the build folder and fails the run.
set -eu
build=$1 seconds=$2
here=$(cd "$(dirname "$0")" && pwd)
cd "$build"
mkdir -p corpus
fuzz_one() {
  local name=$1 seconds=$2 here=$3
  local seeds="$here/${name%_fuzz}"
  mkdir -p "corpus/$name"
  if ./"$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
    -artifact_prefix="$name-" -print_final_stats=1 "corpus/$name" "$seeds" >"$name.log" 2>&1; then
    echo "  $name: $(grep -o 'number_of_executed_units: .*' "$name.log")"
  else
    echo "  $name FAILED:" && tail -40 "$name.log"
    return 1
  fi
}
export -f fuzz_one
ls ./*_fuzz | sed 's|^\./||' | xargs -P 2 -I{} bash -euc "fuzz_one {} $seconds '$here'"
