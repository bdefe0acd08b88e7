#!/usr/bin/env bash
# Kills a run with SIGKILL at random moments, continues it each time, and compares the
# SHA-256 of the final weights with those of uninterrupted runs on one and on two threads.
#
#   scripts/kill-resume.sh [NAME [KILLS [key=value ...]]]
set -euo pipefail
cd "$(dirname "$0")/.."
name=${1:-mlp-digits} kills=${2:-20}
shift $(($# < 2 ? $# : 2))

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/zoo" ./cmd/zoo
run() { "$work/zoo" run "$name" "$@"; }
weights() { grep -h weights_sha256 "$1"/*/summary.json | tr -d ' ,'; }

began=$(date +%s%N)
GOMAXPROCS=1 run "$@" --out "$work/one" >/dev/null
took=$(($(date +%s%N) - began))
GOMAXPROCS=2 run "$@" --out "$work/two" >/dev/null
echo "one thread:  $(weights "$work/one")"
echo "two threads: $(weights "$work/two")"

killed=0
while [ "$killed" -lt "$kills" ]; do
  "$work/zoo" run "$name" "$@" --out "$work/killed" --checkpoint-every 0s >/dev/null 2>&1 &
  pid=$!
  # A random time between a twentieth and a third of that of a whole run.
  sleep "$(awk -v t="$took" -v r="$RANDOM" 'BEGIN { printf "%.3f", t / 1e9 * (0.05 + 0.28 * r / 32767) }')"
  if kill -KILL "$pid" 2>/dev/null; then killed=$((killed + 1)); fi
  wait "$pid" 2>/dev/null || true
  if grep -qs '"state": "complete"' "$work"/killed/*/status.json; then
    [ "$killed" -ge "$kills" ] && break
    # It was done before the last kill: compare, and begin another run.
    [ "$(weights "$work/killed")" = "$(weights "$work/two")" ] || { echo 'the weights differ'; exit 1; }
    rm -r "$work/killed"
  fi
done
run "$@" --out "$work/killed" >/dev/null
echo "$killed kills:    $(weights "$work/killed")"
[ "$(weights "$work/one")" = "$(weights "$work/two")" ] && [ "$(weights "$work/killed")" = "$(weights "$work/two")" ] || {
  echo 'the weights differ'
  exit 1
}
echo 'all equal'
