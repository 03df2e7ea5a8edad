#!/bin/bash
# A daemon with three policies in JavaScript, one for each of three roots: how soon it is ready, what it holds in memory once
# all three have served loads, how long their hooks take there, and what the very first load after `ready` waits for its
# script, beside the same for a daemon without scripts. ROUNDS starts; LOADS opens for each root.
. "$(dirname "$(readlink -f "$0")")/common.sh"
LOADS=${LOADS:-100}
results=$BENCH_DIR/scripts.$$
cleanup() { rm -rf "$results"*; }
mkdir -p "$results.policies"
cp "$checkout/samples/policies/next-two-shards.js" "$results.policies/"
roots=()
for name in one two three; do
  model "$BENCH_DIR/scripts-$name" 4MiB 1 >/dev/null
  roots+=("$BENCH_DIR/scripts-$name")
done

config() { # POLICY POLICY POLICY
  printf 'mode: enforce\n'
  [ "$3" != next-two-shards ] || printf 'policies: [%s]\n' "$results.policies"
  printf 'roots:\n'
  for i in 0 1 2; do
    printf -- '- {path: %s, policy: %s}\n' "${roots[i]}" "$1"
    shift
  done
}

memory_mib() { awk -v key="$1:" '$1 == key { printf "%.1f\n", $2 / 1024 }' "/proc/$daemon/status"; }

# The plan of the first load: milliseconds from the open's line to the plan's.
first_plan() {
  awk -v FS='"monotonicNanos":' '
    /"kind":"open"/ && !opened { split($2, n, ","); opened = n[1] }
    /"kind":"plan"/ && opened && !planned { split($2, n, ","); planned = n[1]; print (planned - opened) / 1e6 }' \
    "$state/journal.jsonl" | head -1
}

measure() { # NAME POLICY POLICY POLICY
  local name=$1 round
  shift
  config "$@" >"$results.yaml"
  for ((round = 0; round < ROUNDS; round++)); do
    start_daemon --config "$results.yaml"
    echo "$(calc "$readyNanos / 1e6")" >>"$results.$name.ready"
    for root in "${roots[@]}"; do "$tools" cold "$root"/*.safetensors; done
    for root in "${roots[@]}"; do "$tools" open-each 300 "$root"/*.safetensors >/dev/null; done
    sleep 1
    first_plan >>"$results.$name.first"
    for ((i = 0; i < LOADS; i++)); do
      "$tools" open-each 5 "${roots[0]}"/*.safetensors "${roots[1]}"/*.safetensors "${roots[2]}"/*.safetensors >/dev/null
    done
    sleep 1
    memory_mib VmRSS >>"$results.$name.rss"
    if [ "$round" = 0 ]; then
      "$NOWAKE" policy list --socket "$socket" --state-dir "$state" >"$results.$name.list"
    fi
    stop_daemon
  done
  echo "| $name | $(median <"$results.$name.ready") | $(median <"$results.$name.first") | $(median <"$results.$name.rss") |"
}

echo "| policies | ready ms | first open to its plan ms | resident MiB after $((3 * LOADS)) loads |"
echo "|---|---:|---:|---:|"
measure java load-and-release whole-file interleave
measure scripts uma-guard hot-set next-two-shards
echo
echo '```'
cat "$results.scripts.list"
echo '```'
target "resident MiB with three policies in JavaScript" "$(median <"$results.scripts.rss")" at-most 160
target "ready ms with three policies in JavaScript" "$(median <"$results.scripts.ready")" at-most 5000
finish
