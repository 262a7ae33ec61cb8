#!/usr/bin/env bash
# Makes these recordings anew: of the reference checkpoints that the tests of `architectures` have, by transformers.
#
#   record.sh [PYTHON]    a Python that has torch, transformers 5.18 and safetensors
#
# Families of one structure have one here; `record.sh PYTHON OUT` records all that transformers has into a folder,
# for FamiliesOfRecordingsTest with -Disomorph.recordings=OUT.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../../.." && pwd)
goldens=$root/architectures/src/test/resources/goldens
python=${1:-python3}

record() { "$python" "$root/samples/record.py" "$goldens/$1" "$2/$1.safetensors" "${@:3}"; }

if [[ $# -gt 1 ]]; then
  for golden in "$goldens"/*; do
    name=${golden##*/}
    case $name in
      baichuan* | chatglm* | glam | glm130b | palm | qwen1* | yoco*) ;; # not among transformers' own
      falcon-rw) record "$name" "$2" --inputs "$golden/expected.safetensors" --attention sdpa ;;
      *) record "$name" "$2" --inputs "$golden/expected.safetensors" ;;
    esac
  done
  exit
fi
record llama "$here" --ids 5,17,3,60,9,41,22,8
for name in bart bert bloom deepseek-v3 falcon-mqa gemma2 glm4 gpt-neox gpt1 gpt2 mixtral opt t5; do
  record "$name" "$here" --ids 5,17,3,60,9,41
done
for name in clip vit; do
  record "$name" "$here" --inputs "$goldens/$name/expected.safetensors"
done
