#!/bin/bash
# A loader that touches a model's shards in random order, as lazy loaders of safetensors do, on storage that is far away
# (slowfs): 10 ms a request with 2 GB/s, then 2 ms with 1 GB/s; with nowake and without, beside 8, 16 and 64 parallel readers
# that read the files in order, in turns; a mount of its own, and so a cold model, for each.
#
#   --model SIZE    in eight shards (default 2GiB)
#   --rounds N      default 3; without nowake at 10 ms only one, which takes a minute and a half
#   --order WHICH   shard (default): shuffled within each shard, one after the other; model: across all of them, mapped at once
#   --policy NAME   default load-and-release
#   --args ARGS     its arguments as YAML
#
# Takes about five minutes.
. "$(dirname "$(readlink -f "$0")")/common.sh"
. "$bench/slow.sh"
. "$bench/host.sh"
usage() {
  sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" >&2
  exit 2
}
size=2GiB rounds=3 order=shard policy=load-and-release args='{}'
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || usage
  case $1 in
  --model) size=$2 ;;
  --rounds) rounds=$2 ;;
  --order) order=$2 ;;
  --policy) policy=$2 ;;
  --args) args=$2 ;;
  *) usage ;;
  esac
  shift 2
done
[ "$rounds" -ge 1 ] 2>/dev/null || usage
case $order in shard) across=() ;; model) across=(--across) ;; *) usage ;; esac
mapfile -t below < <(model "$BENCH_DIR/eight" "$size" 8)
gigabytes=$(stat -c %s "${below[@]}" | awk '{ all += $1 } END { print all / 1e9 }')
results=$run/results
cleanup() {
  end_host
  unmount
}
write_config "$mountpoint" "$policy" "$args"

checksum=
random_load() {
  load random "${across[@]}" "${shards[@]}"
  speed=$(field gbPerSecond <"$run/load")
  local sum
  sum=$(field checksum <"$run/load")
  [ "${checksum:=$sum}" = "$sum" ] || die "this load read other bytes than the first: $sum, not $checksum"
}

once() { # METHOD
  # the disk below is not to be measured
  cat "${below[@]}" >/dev/null
  mount_slow "$BENCH_DIR/eight" "$latency" "$bandwidth"
  case $1 in
  nowake)
    start_daemon --config "$config"
    random_load
    daemon_lives
    stop_daemon
    ;;
  none) random_load ;;
  *) speed=$(calc "$gigabytes / $("$tools" readers "$1" "${shards[@]}")") ;;
  esac
  unmount
  read -r bytes most < <(sed -n 's/.* \([0-9]*\) bytes, at most \([0-9]*\) at once.*/\1 \2/p' "$served")
  echo "$1 speed=$speed served=$(calc "$bytes / 1e9 / $gigabytes") most=$most" >>"$results.$latency"
  progress "$((latency / 1000)) ms, $1: $speed GB/s"
}

of() { grep "^$1 " "$results.$latency" | value "$2" | median; }
for storage in "10000 2G 2" "2000 1G 1"; do
  read -r latency bandwidth cap <<<"$storage"
  for ((round = 0; round < rounds; round++)); do
    for method in nowake none 8 16 64; do
      [ "$method $latency" = "none 10000" ] && [ $round -gt 0 ] && continue
      once $method
    done
  done
  echo "Eight shards, $gigabytes GB together, in random order ($order), $((latency / 1000)) ms a request, cap $cap GB/s," \
    "policy $policy $args, $rounds rounds, medians"
  echo
  echo "| how | GB/s | of nowake's | served, of the model | requests at once |"
  echo "|---|---:|---:|---:|---:|"
  best=0
  for method in nowake none 8 16 64; do
    speed=$(of $method speed)
    case $method in
    nowake) name="random, nowake" ;;
    none) name="random, without" ;;
    *)
      name="$method readers in order"
      best=$(calc "$speed > $best ? $speed : $best")
      ;;
    esac
    echo "| $name | $speed | $(calc "$speed / $(of nowake speed)") | $(of $method served) | $(of $method most) |"
  done
  echo
  case $latency in
  10000) target "10 ms, 2 GB/s: random order, of that without" "$(calc "$(of nowake speed) / $(of none speed)")" at-least 11 ;;
  2000) target "2 ms, 1 GB/s: random order, of the best readers" "$(calc "$(of nowake speed) / $best")" at-least 0.95 ;;
  esac
done
finish
