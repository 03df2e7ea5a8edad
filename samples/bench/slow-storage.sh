#!/bin/bash
# Eight cold shards (SIZE together, default 2GiB) on storage that is far away (slowfs): 2 ms a request with 1 GB/s, then
# 10 ms with 2 GB/s. nowake prefetch beside 1, 8, 16 and 64 parallel readers, in turns, ROUNDS times; a mount of its own
# for each, so that nothing is resident and no setting of an earlier one remains.
. "$(dirname "$(readlink -f "$0")")/common.sh"
. "$bench/slow.sh"
SIZE=${SIZE:-2GiB}
mapfile -t below < <(model "$BENCH_DIR/eight" "$SIZE" 8)
gigabytes=$(stat -c %s "${below[@]}" | awk '{ all += $1 } END { print all / 1e9 }')
results=$run/slow
cleanup() { unmount; }

prefetch_all() {
  local code=0
  "$NOWAKE" prefetch --output json "${shards[@]}" >"$results.out" || code=$?
  [ $code = 0 ] || echo "slow-storage.sh: prefetch ended with $code: $(cat "$results.out")" >&2
  field seconds <"$results.out"
}

# The disk below is not to be measured.
cat "${below[@]}" >/dev/null
for storage in "2000 1G 1" "10000 2G 2"; do
  read -r latency bandwidth cap <<<"$storage"
  : >"$results.$latency"
  for ((round = 0; round < ROUNDS; round++)); do
    for method in nowake 1 8 16 64; do
      # One reader takes a long time and only shows why more are wanted.
      [ "$method" = 1 ] && [ "$round" -gt 0 ] && continue
      mount_slow "$BENCH_DIR/eight" "$latency" "$bandwidth"
      if [ "$method" = nowake ]; then
        seconds=$(prefetch_all)
      else
        seconds=$("$tools" readers "$method" "${shards[@]}")
      fi
      resident=$("$tools" resident "${shards[@]}")
      unmount
      atOnce=$(sed -n 's/.*at most \([0-9]*\) at once.*/\1/p' "$served")
      echo "$method $(calc "$gigabytes / $seconds") $(calc "$resident / 1e9 / $gigabytes") $atOnce" >>"$results.$latency"
    done
  done

  of() { awk -v m="$1" -v f="$2" '$1 == m { print $f }' "$results.$latency" | median; }
  echo "Eight shards, $gigabytes GB together, $((latency / 1000)) ms a request, cap $cap GB/s, $ROUNDS rounds, medians"
  echo
  echo "| how | GB/s | of nowake's | resident after | requests at once |"
  echo "|---|---:|---:|---:|---:|"
  nowakeSpeed=$(of nowake 2)
  best=0
  for method in nowake 1 8 16 64; do
    speed=$(of "$method" 2)
    case $method in
    nowake) name="nowake prefetch" ;;
    1) name="1 reader (one round)" ;;
    *)
      name="$method readers"
      best=$(calc "$speed > $best ? $speed : $best")
      ;;
    esac
    echo "| $name | $speed | $(calc "$speed / $nowakeSpeed") | $(of "$method" 3) | $(of "$method" 4) |"
  done
  echo
  target "$((latency / 1000)) ms, $cap GB/s: prefetch, of the best readers" "$(calc "$nowakeSpeed / $best")" at-least 0.95
done
finish
