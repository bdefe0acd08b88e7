#!/usr/bin/env bash
# Kills a sweep and single trials of it with SIGKILL at random moments, begins it again each
# time, and compares the result with a sweep that was not killed: it must have the same runs
# with the same weights, and must not train a complete run again.
#
#   scripts/kill-sweep.sh [NAME [KILLS [key=value ...]]]
set -euo pipefail
cd "$(dirname "$0")/.."
name=${1:-plain-vs-res-mnist} kills=${2:-10}
shift $(($# < 2 ? $# : 2))

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/zoo" ./cmd/zoo
sweep() { "$work/zoo" sweep "$name" "$@"; }
# The result of a sweep: each run's folder, how it ended, and the hash of its weights.
left() { (cd "$1" && grep -H -e '"weights_sha256"' -e '"diverged"' -- */summary.json); }
# The complete runs, with the hash of their status, which contains the time.
complete() { { grep -ls '"state": "complete"' "$work"/killed/*/status.json || true; } | xargs -r sha256sum; }

sweep "$@" --out "$work/alone" >/dev/null
echo "not killed: $(left "$work/alone" | grep -c weights_sha256) runs"

killed=0
touch "$work/before"
while [ "$killed" -lt "$kills" ]; do
  "$work/zoo" sweep "$name" "$@" --out "$work/killed" >/dev/null 2>&1 & # not the function, which would be a shell of its own
  parent=$!
  while [ "$killed" -lt "$kills" ] && kill -0 "$parent" 2>/dev/null; do
    sleep "$(awk -v r="$RANDOM" 'BEGIN { printf "%.2f", 0.2 + 3 * r / 32767 }')"
    victim=$parent
    if [ $((RANDOM % 2)) = 0 ]; then
      victim=$(pgrep -P "$parent" | shuf -n 1 || true)
    fi
    complete >>"$work/before"
    if [ -n "$victim" ] && kill -KILL "$victim" 2>/dev/null; then
      killed=$((killed + 1))
      echo "kill $killed: $([ "$victim" = "$parent" ] && echo the sweep || echo one trial), $(complete | wc -l) runs complete"
    fi
  done
  wait "$parent" 2>/dev/null || true
  if [ "$(complete | wc -l)" = "$(left "$work/alone" | grep -c weights_sha256)" ]; then
    break # it was done before the last kill
  fi
done
sweep "$@" --out "$work/killed" >/dev/null
sha256sum --quiet --check "$work/before" || { echo 'a run that was complete has changed'; exit 1; }
diff <(left "$work/alone") <(left "$work/killed") || { echo 'the runs differ'; exit 1; }
table() { "$work/zoo" compare "$name" "$@"; }
diff <(table "$@" --out "$work/alone") <(table "$@" --out "$work/killed") || { echo 'the tables differ'; exit 1; }
echo "$killed kills: the same table, the same $(left "$work/killed" | grep -c weights_sha256) runs, and $(sort -u "$work/before" | wc -l) that were complete before a kill untouched"
