#!/bin/bash
# Runs the benchmarks and prints the table of what was measured beside what was wanted.
#   tests/bench/run.sh BUILD_FOLDER
# Progress goes to stderr. A missed bar is a result, not a failure: the exit code is 1 only if
# something is broken.
set -u -o pipefail

build=$(realpath "${1:?usage: run.sh BUILD_FOLDER}")
PATH=$PATH:$build/tools/usr/bin
folder=$(mktemp -d)
stop() {
  kill $(jobs -p) 2>/dev/null # what a benchmark started dies with it
  wait
  rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT TERM

# Thousands of streams need thousands of descriptors, on both sides.
ulimit -n "$(ulimit -H -n)"

addresses=$(printf ',IP:127.0.0.%d' $(seq 1 50))
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
  -subj /CN=llm-bench -addext "subjectAltName=${addresses#,}" \
  -keyout "$folder/key.pem" -out "$folder/cert.pem" 2>/dev/null

stolen() { awk '/^cpu / { print $9 }' /proc/stat; }

failed=0
stolen_before=$(stolen)
began=$SECONDS
for bench in blackbox stream ttft tls scale; do
  "$build/bench/${bench}_bench" "$build/llm_exporter" "$folder" >>"$folder/rows" &
  wait $! || { failed=1; echo "bench: ${bench}_bench failed" >&2; }
done

{
  printf 'what\tmeasured\tpeer\tratio\tbar\tverdict\n'
  cat "$folder/rows"
} | column -t -s $'\t'
echo
echo "$(nproc) cores ($(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo)), Linux" \
  "$(uname -r), $((SECONDS - began)) s, load $(cut -d' ' -f1 /proc/loadavg) at the end," \
  "$(($(stolen) - stolen_before)) ticks of 10 ms stolen by the hypervisor."
echo 'Servers and clients each have a core; figures of a busy machine are worth less.'
exit $failed
