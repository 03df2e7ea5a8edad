#!/bin/bash
# What the daemon costs while nothing happens: CPU over SECONDS_IDLE (default 30), resident memory, and the time from
# its start to the line "ready".
. "$(dirname "$(readlink -f "$0")")/common.sh"
SECONDS_IDLE=${SECONDS_IDLE:-30}
root=$BENCH_DIR/small
model "$root" 4MiB 1 >/dev/null

cpu_nanos() { cat "/proc/$daemon"/task/*/schedstat | awk '{ all += $1 } END { printf "%.0f\n", all }'; }
memory_mib() { awk -v key="$1:" '$1 == key { printf "%.1f\n", $2 / 1024 }' "/proc/$daemon/status"; }

ready=()
for ((round = 0; round < ROUNDS; round++)); do
  stop_daemon
  start_daemon --root "$root" --enforce
  ready+=("$(calc "$readyNanos / 1e6")")
done
sleep 5
before=$(cpu_nanos)
sleep "$SECONDS_IDLE"
percent=$(calc "($(cpu_nanos) - $before) / 1e9 / $SECONDS_IDLE * 100")
rss=$(memory_mib VmRSS)
readyMillis=$(printf '%s\n' "${ready[@]}" | median)
echo "| idle CPU | resident | most resident | threads | ready after |"
echo "|---:|---:|---:|---:|---:|"
echo "| $percent % | $rss MiB | $(memory_mib VmHWM) MiB | $(ls "/proc/$daemon/task" | wc -l) | $readyMillis ms |"
target "idle CPU, % of one" "$percent" at-most 0.2
target "resident MiB, JavaScript not loaded" "$rss" at-most 80
target "ready after ms" "$readyMillis" at-most 1000
finish
