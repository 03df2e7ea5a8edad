#!/bin/bash
# From a loader's openat() returning to the first page that the daemon adds to page cache for that file, both seen from
# outside: CLOCK_MONOTONIC in the opener, filemap tracepoints of the daemon's threads in a tracing instance of our own.
# Each open is of another cold model. The first one after the daemon's start is a figure by itself, the next WARM_UP are
# thrown away, OPENS are measured.
. "$(dirname "$(readlink -f "$0")")/common.sh"
OPENS=${OPENS:-120}
WARM_UP=${WARM_UP:-60}
SIZE=${SIZE:-4MiB}
root=$BENCH_DIR/many
results=$BENCH_DIR/latency.$$
tracing=
instance=
cleanup() {
  [ -z "$instance" ] || { echo 0 >"$instance/tracing_on" && rmdir "$instance"; }
  [ -z "$tracing" ] || umount "$tracing" && rmdir "$tracing" 2>/dev/null || :
  rm -f "$results"*
}

# Every model is a file of its own: a link would be the same file.
wanted=$((1 + WARM_UP + OPENS))
original=$(model "$BENCH_DIR/small" "$SIZE" 1)
files=()
for ((i = 0; i < wanted; i++)); do
  folder=$root/$(printf 'm%04d' "$i")
  files+=("$folder/model.safetensors")
  [ -e "${files[i]}" ] || { mkdir -p "$folder" && cp "$original" "${files[i]}"; }
done
"$tools" cold "${files[@]}"

tracing=$BENCH_DIR/tracing
mkdir -p "$tracing"
mount -t tracefs none "$tracing" || die "no tracefs on this kernel"
mkdir "$tracing/instances/nowake-bench-$$"
instance=$tracing/instances/nowake-bench-$$
echo mono >"$instance/trace_clock"
echo 16384 >"$instance/buffer_size_kb"

start_daemon --root "$root" --enforce
ls "/proc/$daemon/task" >"$instance/set_event_pid"
echo 1 >"$instance/options/event-fork"
echo 1 >"$instance/events/filemap/mm_filemap_add_to_page_cache/enable"
"$tools" open-each "${HOLD_MILLIS:-100}" "${files[@]}" >"$results.opened"
echo 0 >"$instance/tracing_on"
cat "$instance/trace" >"$results.trace"
overruns=$(awk '/^overrun:/ { all += $2 } END { print all + 0 }' "$instance"/per_cpu/cpu*/stats)
[ "$overruns" = 0 ] || die "the trace buffer was too small: $overruns events lost"

# Per opened file: microseconds to its first page, or "never". A prefetch may begin before openat() has returned.
awk '
  FNR == NR {
    for (i = 1; i <= NF; i++) {
      if ($i == "mm_filemap_add_to_page_cache:") { time = $(i - 1); sub(/:/, "", time) }
      if ($i == "ino") inode = $(i + 1)
    }
    if (time != "" && !(inode in first)) first[inode] = time * 1e6
    next
  }
  { inode = sprintf("%x", $1); opened = $2 / 1e3
    if (!(inode in first)) print "never"; else printf "%.0f\n", ((first[inode] > opened) ? first[inode] - opened : 0) }
' <(grep -v '^#' "$results.trace") "$results.opened" >"$results.micros"

never=$(grep -c never "$results.micros" || :)
millis() { awk '{ print $1 / 1000 }'; }
first=$(head -1 "$results.micros" | millis)
tail -n "$OPENS" "$results.micros" | grep -v never | millis >"$results.millis" || die "the daemon prefetched nothing"
median=$(median <"$results.millis")
p99=$(percentile 99 <"$results.millis")
echo "openat's return to the daemon's first page, $OPENS cold models of $SIZE after $WARM_UP others"
echo
echo "| first after start | median | p99 | greatest | never |"
echo "|---:|---:|---:|---:|---:|"
echo "| $first ms | $median ms | $p99 ms | $(percentile 100 <"$results.millis") ms | $never of $wanted |"
target "open to first page, median ms" "$median" at-most 1
target "open to first page, p99 ms" "$p99" at-most 5
target "models never prefetched" "$never" at-most 0
finish
