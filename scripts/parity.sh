#!/usr/bin/env bash
# Compares what zoo infer and PyTorch compute from the same weights: networks of
# torchvision (or timm, where it can be imported) with random weights, on images of the
# paper's size, one at a time and two. Prints a table; exits with 1 where a difference is
# above 1e-4 of the largest output, and with 2 where there is nothing to compare.
#
#   scripts/parity.sh [MODEL ...]      default: all that both sides have
#
#   PYTHON=python3                     the Python that has PyTorch and torchvision
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/zoo" ./cmd/zoo
"${PYTHON:-python3}" scripts/parity.py "$work" "$@"
