#!/usr/bin/env bash
# The status page in Debian's Chromium: run.sh PATH_TO_LLM_EXPORTER
# Screenshots are left in build/browser/.
set -eu
LLM_EXPORTER=$(realpath "$1")
export LLM_EXPORTER
cd "$(dirname "$0")"
npm ci --no-audit --no-fund --loglevel=error
node --test --test-concurrency=2
