#!/usr/bin/env bash
# The real binary against real peers: run.sh PATH_TO_LLM_EXPORTER
set -eu
LLM_EXPORTER=$(realpath "$1")
export LLM_EXPORTER
here=$(cd "$(dirname "$0")" && pwd)
cd "$here"
python3 -m unittest discover -p 'test_*.py' "${@:2}"
echo '== the official SDKs against the simulator'
cd "$here/sdk"
npm ci --no-audit --no-fund --loglevel=error
node --test
