#!/usr/bin/env bash
# Measures zoo and PyTorch in turn on the same steps, and prints a comparison of their times.
# PyTorch runs in both layouts of images; if it is built on OpenBLAS, with each number of
# BLAS threads; and if it has torch.compile and a working g++, both eager and compiled. Its
# fastest configuration counts. A configuration that takes 1.5 times as long as the fastest
# so far is given up after a few steps, and after the first round only those within a quarter
# of the fastest are measured again. Every measurement is a process of its own, and is also
# printed to standard error.
#
#   scripts/bench.sh [--rounds N] [--threads N] [--seconds S] [--only REGEX]
#
#   PYTHON=python3            the Python that has PyTorch
#   PYTHONS="a/python b/python"  several, whose PyTorch differ
#   ISA=avx2                  both sides without AVX-512
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=5 threads=2 seconds=2 only=.
while [ $# -gt 0 ]; do
  case $1 in
  --rounds) rounds=${2:?} ;;
  --threads) threads=${2:?} ;;
  --seconds) seconds=${2:?} ;;
  --only) only=${2:?} ;;
  *)
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
  esac
  shift 2
done
[[ $rounds =~ ^[1-9][0-9]*$ ]] || { echo "bench.sh: --rounds: have $rounds, want at least 1" >&2; exit 2; }

workloads=$(grep -E -- "$only" <<'EOF' || true
lenet5 batch 64, train
lenet5 batch 128, train
mlp batch 128, train
resnet20 batch 128, train
resnet56 batch 128, train
vgg11-cifar batch 64, train
resnet20 batch 1, infer
resnet20 batch 128, infer
resnet50 batch 1, infer
resnet50 batch 8, infer
resnet50 batch 1, train
resnet50 batch 8, train
char-rnn batch 32, train
char-rnn cell=gru batch 32, train
char-rnn cell=rnn batch 32, train
char-rnn units=512 batch 64, train
tcn depth=8 --length=256 batch 32, train
wavenet-small batch 4, train
char-rnn units=512 batch 1, step
wavenet-small batch 1, step
vgg16 batch 1, infer
vgg16 batch 8, infer
vgg16 batch 1, train
vgg16 batch 8, train
googlenet batch 1, infer
googlenet batch 8, infer
googlenet batch 1, train
googlenet batch 8, train
inception_v3 batch 1, infer
inception_v3 batch 8, infer
inception_v3 batch 8, train
vit_b_16 batch 1, infer
vit_b_16 batch 8, infer
vit_b_16 batch 1, train
vit_b_16 batch 8, train
mobilenet_v2 batch 1, infer
mobilenet_v2 batch 8, infer
densenet121 batch 1, infer
densenet121 batch 8, infer
EOF
)
[ -n "$workloads" ] || { echo "bench.sh: --only $only leaves nothing to measure" >&2; exit 2; }

case ${ISA:-} in
'') ;;
avx2)
  export ZOO_ISA=avx2
  export ONEDNN_MAX_CPU_ISA=AVX2 ATEN_CPU_CAPABILITY=avx2 MKL_ENABLE_INSTRUCTIONS=AVX2 OPENBLAS_CORETYPE=Haswell
  export TORCHINDUCTOR_CPP_MARCH=haswell # g++ would otherwise compile for this machine's processor
  ;;
*)
  echo "bench.sh: have ISA=$ISA, want avx2 or nothing" >&2
  exit 2
  ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# A cache of its own: torch.compile runs code for AVX-512 that it finds in its usual cache as
# if it were for AVX2, and computes wrong values.
export TORCHINDUCTOR_CACHE_DIR=$work/inductor

declare -A version blas executions
for python in ${PYTHONS:-${PYTHON:-python3}}; do
  about=$("$python" scripts/bench.py about) || {
    echo "bench.sh: $python has no PyTorch to compare with; name one that has with PYTHON=..." >&2
    exit 1
  }
  read -r "version[$python]" "blas[$python]" "executions[$python]" <<<"$about"
done

go build -o "$work/zoo" ./cmd/zoo

# measure WORKLOAD SIDE command ...: adds the output of the command to the measurements.
measure() {
  local found
  found=$("${@:3}")
  printf '%s\t%s\t%s\n' "$1" "$2" "$found" | tee -a "$work/measurements" >&2
}

# slow WORKLOAD SIDE: whether the side took a quarter longer in the first round than the
# fastest configuration of PyTorch.
slow() {
  "$python" scripts/bench.py slow "$1" "$2" <"$work/measurements"
}

for round in $(seq "$rounds"); do
  echo "round $round of $rounds" >&2
  while read -r workload; do
    [[ $workload =~ ^(.*)\ batch\ ([0-9]+),\ (.*)$ ]]
    model=${BASH_REMATCH[1]} batch=${BASH_REMATCH[2]} mode=${BASH_REMATCH[3]}
    # shellcheck disable=SC2086 # a model may have keys
    measure "$workload" zoo env GOMAXPROCS="$threads" "$work/zoo" bench $model --batch "$batch" --mode "$mode" --seconds "$seconds" --json
    for python in "${!version[@]}"; do
      layouts='nchw channels-last' pools=1
      case $model in # no images
      mlp | char-rnn* | tcn* | wavenet*) layouts=nchw ;;
      esac
      [ "${blas[$python]}" = openblas ] && [ "$threads" -gt 1 ] && pools="1 $threads"
      for layout in $layouts; do
        for pool in $pools; do
          for execution in ${executions[$python]}; do
            side="${version[$python]}, $layout"
            [ "${blas[$python]}" = openblas ] && side+=", OpenBLAS threads $pool"
            [ "$execution" = eager ] || side+=", $execution"
            [ "$round" = 1 ] || ! slow "$workload" "$side" || continue
            best=$("$python" scripts/bench.py best "$workload" <"$work/measurements")
            measure "$workload" "$side" env OPENBLAS_NUM_THREADS="$pool" "$python" scripts/bench.py "$model" "$batch" "$mode" "$layout" "$execution" "$threads" "$seconds" "$best"
          done
        done
      done
    done
  done <<<"$workloads"
done

echo "$(lscpu 2>/dev/null | sed -n 's/^Model name: *//p' || true)${ISA:+, $ISA only}, $threads threads, $(uname -sm), $(go env GOVERSION)," \
  "medians of $rounds rounds against PyTorch $(for python in "${!version[@]}"; do
    echo "${version[$python]} (${executions[$python]/ / and })"
  done | sort | paste -sd, | sed 's/,/, /g')."
echo
"$python" scripts/bench.py table <"$work/measurements"
