#!/usr/bin/env bash
# Runs the ablations of a group, images or sequences, and writes their results with figures:
# experiments/RESULTS.md for images, experiments/SEQUENCES.md for sequences. Trials that are
# done are not repeated; the runs are in runs/. CIFAR-10 is the official one (zoo data get
# cifar10), or the archive cifar10-jpeg.tar.gz if the current folder has it.
#
#   scripts/reproduce.sh images|sequences [JOBS]
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
jobs=${2:-$(nproc)}
jpeg=
[ -e cifar10-jpeg.tar.gz ] && jpeg=-jpeg
case ${1:-} in
images)
  output=RESULTS.md
  names="plain-vs-res-mnist plain-vs-res-cifar10$jpeg shortcuts init-depth-mlp init-signal isometry meanfield-depth resid-init
    bn-lr-sweep norm-vs-batch activations dropout-mlp optimizers width-vs-depth
    alexnet-cifar10$jpeg alexnet-relu-vs-tanh alexnet-lrn alexnet-two-groups vgg-depth-init vgg-staged
    inception-vs-plain googlenet-aux inception-resnet-scale resnet-bottleneck preact-vs-postact resnext-cardinality
    vit-vs-cnn vit-positions"
  ;;
sequences)
  output=SEQUENCES.md
  names="rnn-gradient-lag rnn-init lstm-forget-bias rnn-layer-norm clip-norm adding-T50 copy-T20 seq-mnist
    char-shakespeare deep-rnn-residual tcn-receptive-field wavenet-receptive-field wavenet-dilation wavenet-skips
    wavenet-digits spoken-digits-tcn"
  ;;
*)
  echo "reproduce.sh: have ${1:-nothing}, want images or sequences" >&2
  exit 2
  ;;
esac

bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
# The results name the revision that is recorded in the program.
(cd "$here" && go build -buildvcs=true -o "$bin/zoo" ./cmd/zoo)
for name in $names; do
  began=$SECONDS
  "$bin/zoo" sweep "$name" --jobs "$jobs"
  echo "$name took $((SECONDS - began)) s"
done
# shellcheck disable=SC2086 # names are words
"$bin/zoo" report --markdown --output "$here/experiments/$output" $names
