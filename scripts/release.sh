#!/usr/bin/env bash
# Builds zoo for Linux, macOS and Windows, on amd64 and arm64, from the commit that is
# checked out: for each an archive with the program, which needs nothing else, README and
# LICENSE (.tar.gz; .zip for Windows), and SHA256SUMS of all archives. The same commit and
# version of Go give the same bytes, wherever and whenever they are built.
#
#   scripts/release.sh [--dirty] [FOLDER]      default: dist
#
#   --dirty     with uncommitted changes, which zoo version then mentions
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
  printf 'release.sh: the tree has uncommitted changes: commit them, or add --dirty\n%s\n' "$changes" >&2
  exit 1
fi

# Other settings of the environment or of go env -w would change the bytes.
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
      echo "release.sh: the program has no record of revision $revision: go records it in a clone, not in a git worktree" >&2
      exit 1
    fi
    cp README.md LICENSE "$folder"
  done
done
mkdir -p "$out"
go run ./scripts "$work" "$(git log -1 --format=%ct)" "$out"
