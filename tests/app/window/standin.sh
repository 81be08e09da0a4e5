#!/bin/sh
# Speaks as `microtome-cli train` does: 40 steps of 10 ms. Goes on from where its state says, and ends
# with a sentence when the configuration names "bad".
while [ $# -gt 0 ]; do
    case $1 in
    --config) config=$2; shift ;;
    --out) out=$2; shift ;;
    --resume) resume=1 ;;
    esac
    shift
done
if grep -q bad "$config"; then
    echo "The recipe does not say data.train." >&2
    exit 1
fi
mkdir -p "$out/state"
step=0
[ -n "$resume" ] && step=$(cat "$out/state/step")
trap 'echo $step >"$out/state/step"; exit 1' TERM
while [ $step -lt 40 ]; do
    step=$((step + 1))
    held=
    [ $((step % 10)) -eq 0 ] && held=',"heldout":2.5'
    echo "{\"step\":$step,\"steps\":40,\"loss\":$((80 - step)).25,\"tokens_per_second\":900$held,\"seconds_left\":1}" >&2
    sleep 0.01
done
rm -r "$out/state"
echo '{}' >"$out/config.json"
echo weights >"$out/model.safetensors"
