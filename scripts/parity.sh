#!/usr/bin/env bash
# Compares the outputs of zoo infer and PyTorch for the same weights: networks of
# torchvision (or timm, if it can be imported) with random weights, on one image and on two
# of the paper's size. Prints a table; exits with 1 if a difference is above 1e-4 of the
# largest output, and with 2 if there is nothing to compare.
#
#   scripts/parity.sh [MODEL ...]      default: all models that both sides have
#
#   PYTHON=python3                     the Python that has PyTorch and torchvision
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/zoo" ./cmd/zoo
"${PYTHON:-python3}" scripts/parity.py "$work" "$@"
