#!/usr/bin/env bash
# Builds zoo for Linux, macOS and Windows, on amd64 and arm64, from the commit that is
# checked out: for each an archive with the program, which needs nothing else, README and
# LICENSE (.tar.gz; .zip for Windows), and SHA256SUMS of them all. The same commit gives
# the same bytes with the same version of Go, wherever and whenever it is built.
#
#   scripts/release.sh [--dirty] [FOLDER]      default: dist
#
#   --dirty     also what no commit has, and zoo version says so
set -euo pipefail
out=dist dirty=
for arg; do
  case $arg in
  --dirty) dirty=yes ;;
  -*)
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
  *) out=$arg ;;
  esac
done
[[ $out = /* ]] || out=$PWD/$out
cd "$(dirname "$0")/.."
changes=$(git status --porcelain)
if [ -n "$changes" ] && [ -z "$dirty" ]; then
  printf 'release.sh: the tree has changes that no commit has: commit them, or add --dirty\n%s\n' "$changes" >&2
  exit 1
fi

# What the environment, or go env -w, may say otherwise would be in the bytes.
export CGO_ENABLED=0 GOFLAGS= GOWORK=off GOEXPERIMENT= GOAMD64=v1 GOARM64=v8.0
revision=$(git rev-parse HEAD)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for os in linux darwin windows; do
  for arch in amd64 arm64; do
    folder=$work/zoo-$os-$arch
    [ $os = windows ] && program=zoo.exe || program=zoo
    echo "zoo-$os-$arch"
    # Without the tables for debuggers, which are nearly half of the download.
    GOOS=$os GOARCH=$arch go build -trimpath -buildvcs=true -ldflags='-s -w' -o "$folder/$program" ./cmd/zoo
    if ! go version -m "$folder/$program" | grep "vcs.revision=$revision" >/dev/null; then
      echo "release.sh: the program does not know that it is of $revision: go sees that in a clone, not in a git worktree" >&2
      exit 1
    fi
    cp README.md LICENSE "$folder"
  done
done
mkdir -p "$out"
go run ./scripts "$work" "$(git log -1 --format=%ct)" "$out"
