#!/usr/bin/env bash
# The rules of alerts/ under each promtool: run.sh PROMTOOL…
set -eu
cd "$(dirname "$0")/../.."
for promtool in "$@"; do
  echo "$("$promtool" --version 2>&1 | head -1 | cut -d' ' -f1-3)"
  "$promtool" check rules --lint=all --lint-fatal alerts/*.rules.yml
  "$promtool" test rules tests/rules/*.test.yml
done
