#!/bin/bash
# What nowake doctor --fix read-ahead and --fix max-background are worth: four cold shards (SIZE together, default 512MiB) on
# storage that is far away (slowfs), with the kernel's own read-ahead of 128 KiB and 12 requests at once, and with 8 MiB and
# 64. One reader in order, nowake prefetch, a loader that touches mapped tensors in random order, and 64 pages far from each
# other, which is what a larger window costs. In turns, ROUNDS times (default 3), a mount of its own for each. Takes about six
# minutes.
. "$(dirname "$(readlink -f "$0")")/common.sh"
. "$bench/slow.sh"
SIZE=${SIZE:-512MiB}
PAGES=64
loader=$(compiled loader)
mapfile -t below < <(model "$BENCH_DIR/four" "$SIZE" 4)
gigabytes=$(stat -c %s "${below[@]}" | awk '{ all += $1 } END { print all / 1e9 }')
results=$run/results
cleanup() { unmount; }

# As the fix does it, without a JVM's start in between.
set_read_ahead() {
  local device
  device=$(awk -v point="$mountpoint" '$5 == point { print $3 }' /proc/self/mountinfo)
  echo "$1" >"/sys/class/bdi/$device/read_ahead_kb"
}

once() { # METHOD: prints seconds
  case $1 in
  reader) "$tools" readers 1 "${shards[@]}" ;;
  prefetch)
    "$NOWAKE" prefetch --output json "${shards[@]}" >"$run/out" || die "prefetch failed: $(cat "$run/out")"
    field seconds <"$run/out"
    ;;
  random) "$loader" random "${shards[@]}" | field seconds ;;
  sparse) "$tools" sparse "$PAGES" "${shards[0]}" ;;
  esac
}

# The disk below is not to be measured.
cat "${below[@]}" >/dev/null
for storage in "2000 1G 1" "10000 2G 2"; do
  read -r latency bandwidth cap <<<"$storage"
  : >"$results"
  for ((round = 0; round < ROUNDS; round++)); do
    for way in "128 12" "8192 12" "128 64" "8192 64"; do
      read -r kilobytes background <<<"$way"
      for method in reader prefetch random sparse; do
        mount_slow "$BENCH_DIR/four" "$latency" "$bandwidth" --max-background "$background"
        set_read_ahead "$kilobytes"
        seconds=$(once "$method")
        unmount
        read -r requests bytes most < <(sed -n 's/.*: \([0-9]*\) read requests, \([0-9]*\) bytes, at most \([0-9]*\) .*/\1 \2 \3/p' "$served")
        echo "$method $kilobytes $background $seconds $requests $bytes $most" >>"$results"
      done
    done
  done

  of() { awk -v m="$1" -v k="$2" -v b="$3" -v f="$4" '$1 == m && $2 == k && $3 == b { print $f }' "$results" | median; }
  echo "Four shards, $gigabytes GB together, $((latency / 1000)) ms a request, cap $cap GB/s, $ROUNDS rounds, medians"
  echo
  echo "| who | read-ahead, max_background | GB/s | of 128 KiB, 12 | requests | at most at once |"
  echo "|---|---|---:|---:|---:|---:|"
  for method in reader prefetch random; do
    case $method in
    reader) name="one reader, in order" ;;
    prefetch) name="nowake prefetch" ;;
    random) name="mapped, tensors in random order" ;;
    esac
    plain=$(of "$method" 128 12 4)
    for way in "128 12" "8192 12" "128 64" "8192 64"; do
      read -r kilobytes background <<<"$way"
      seconds=$(of "$method" "$kilobytes" "$background" 4)
      echo "| $name | $kilobytes KiB, $background | $(calc "$gigabytes / $seconds") | $(calc "$plain / $seconds") |" \
        "$(of "$method" "$kilobytes" "$background" 5) | $(of "$method" "$kilobytes" "$background" 7) |"
    done
  done
  echo
  echo "| $PAGES pages of a mapped shard, far apart | seconds | bytes read |"
  echo "|---|---:|---:|"
  for kilobytes in 128 8192; do
    echo "| $kilobytes KiB, 64 | $(of sparse "$kilobytes" 64 4) | $(of sparse "$kilobytes" 64 6) |"
  done
  echo
done
