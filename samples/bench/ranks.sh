#!/bin/bash
# Four ranks read one cold model at different paces, each all of it, as the processes of a tensor-parallel server do. What was
# read is dropped behind the slowest, and nobody is to read it from storage again: bytes read from storage, by the kernel's
# count for the ranks and the daemon (/proc/PID/io), beside the same without nowake.
#
#   --model SIZE    in eight shards (default 2GiB)
#   --rounds N      default 3
#   --pace MIB_S    of the fastest (default 500); the others at 97, 94 and 91 % of it: with 2GiB they end 184 MiB apart
#   --policy NAME   default uma-guard, which drops behind whatever memory there is
#   --args ARGS     its arguments as YAML; where they name no window, it is 512MiB
#
# Takes about a minute.
. "$(dirname "$(readlink -f "$0")")/common.sh"
. "$bench/host.sh"
usage() {
  sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" >&2
  exit 2
}
size=2GiB rounds=3 pace=500 policy=uma-guard args='{}'
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || usage
  case $1 in
  --model) size=$2 ;;
  --rounds) rounds=$2 ;;
  --pace) pace=$2 ;;
  --policy) policy=$2 ;;
  --args) args=$2 ;;
  *) usage ;;
  esac
  shift 2
done
[ "$rounds" -ge 1 ] 2>/dev/null && [ "$pace" -ge 1 ] 2>/dev/null || usage
args=$(with_window "$args" 512MiB)
root=$BENCH_DIR/eight
mapfile -t shards < <(model "$root" "$size" 8)
sizeBytes=$(stat -c %s "${shards[@]}" | awk '{ all += $1 } END { print all }')
results=$run/results
cleanup() {
  end_ranks
  end_host
}

ranks=()
end_ranks() {
  for rank in "${ranks[@]}"; do
    kill "$rank" 2>/dev/null || :
    wait "$rank" 2>/dev/null || :
  done
  ranks=()
}

four_ranks() {
  local percent code rank
  rm -f "$run"/rank.*
  for percent in 100 97 94 91; do
    "$loader" read --pace $((pace * 1048576 / 100 * percent)) "${shards[@]}" >"$run/rank.$percent" 2>"$run/rank.err" &
    ranks+=($!)
  done
  for rank in "${ranks[@]}"; do
    code=0
    wait "$rank" || code=$?
    [ $code = 0 ] || die "a rank ended with $code: $(cat "$run/rank.err")"
  done
  ranks=()
  [ "$(for percent in 100 97 94 91; do field checksum <"$run/rank.$percent"; done | sort -u | wc -l)" = 1 ] ||
    die "the ranks read different bytes: $(cat "$run"/rank.*)"
}

# Of all disks, by /proc/diskstats (sectors are 512 bytes there): what others read counts too.
disk_bytes() { awk '$3 !~ /[0-9]$/ || $3 ~ /^nvme[0-9]+n[0-9]+$/ { all += $6 } END { printf "%.0f\n", all * 512 }' /proc/diskstats; }

once() { # WHO
  local before=0 disk stored
  ask cold
  if [ "$1" = nowake ]; then
    start_daemon --config "$config"
    before=$(daemon_read_bytes)
  fi
  disk=$(disk_bytes)
  ask begin
  four_ranks
  ask end
  disk=$(($(disk_bytes) - disk))
  stored=$(for percent in 100 97 94 91; do field readBytes <"$run/rank.$percent"; done | awk '{ all += $1 } END { printf "%.0f\n", all }')
  if [ "$1" = nowake ]; then
    daemon_lives
    stored=$((stored + $(daemon_read_bytes) - before))
    stop_daemon
  fi
  echo "$1 stored=$(calc "$stored / $sizeBytes") disk=$(calc "$disk / $sizeBytes")" \
    "slowest=$(field seconds <"$run/rank.91") $reply" >>"$results"
  progress "$1: $(calc "$stored / $sizeBytes") of the model read from storage," \
    "most resident $(value mostResident <<<"$reply" | in_mib) MiB"
}

write_config "$root" "$policy" "$args"
start_tenants "${shards[@]}"
for ((round = 0; round < rounds; round++)); do
  if [ $((round % 2)) = 0 ]; then order="nowake unassisted"; else order="unassisted nowake"; fi
  for who in $order; do once "$who"; done
done
ask cold

of() { grep "^$1 " "$results" | value "$2"; }
echo "Four ranks at $pace, $((pace * 97 / 100)), $((pace * 94 / 100)) and $((pace * 91 / 100)) MiB/s, model of $(calc "$sizeBytes / 1e9") GB" \
  "in ${#shards[@]} shards, policy $policy $args, $rounds rounds, medians"
echo
echo "| | read from storage, of the model | all disks, of the model | most resident, of the model | slowest rank |"
echo "|---|---:|---:|---:|---:|"
for who in unassisted nowake; do
  echo "| ${who/unassisted/without} | $(of $who stored | median) | $(of $who disk | median) |" \
    "$(calc "$(of $who mostResident | median) / $sizeBytes") | $(of $who slowest | median) s |"
done
target "four ranks: read from storage, of the model, greatest" "$(of nowake stored | percentile 100)" at-most 1.02
# What is ahead of the fastest, between it and the slowest, and what they read between two looks. With more nothing would have
# been dropped behind them, and the figure above would say nothing.
target "four ranks: most resident, MiB, greatest" "$(of nowake mostResident | percentile 100 | in_mib)" \
  at-most $(($(mib "$(window_of "$args")") + sizeBytes * 9 / 100 / 1048576 + 256))
finish
