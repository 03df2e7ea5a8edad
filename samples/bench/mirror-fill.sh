#!/bin/bash
# How fast the mirror's filler fills cold local files from storage that is far away (slowfs): 10 ms a request with 2 GB/s, then
# 2 ms with 1 GB/s. SIZE (default 4GiB) in four files, by streams, size of pieces, with O_DIRECT and without, with saves under way
# and without; in turns, ROUNDS times, beside the same reads by a program that writes nothing.
#   WAYS     "STREAMS:PIECE_MIB:direct|cached:save|nosave:need|expect ..." to measure instead
#   STORAGE  "LATENCY_US:BYTES_PER_SECOND ..." (default 10000:2G 2000:1G)
#   NOWAKE_CP  a class path (default: the launcher's)
. "$(dirname "$(readlink -f "$0")")/common.sh"
. "$bench/slow.sh"
SIZE=${SIZE:-4GiB}
WAYS=${WAYS:-16:4:direct:save:need 16:4:direct:nosave:need 16:4:cached:save:need 32:2:direct:save:need 32:1:direct:save:need 8:8:direct:save:need}
STORAGE=${STORAGE:-10000:2G 2000:1G}
for java in "${NOWAKE_JAVA:+${NOWAKE_JAVA%/bin/java}/bin/java}" "${JAVA_HOME:-/nonexistent}/bin/java" /usr/lib/jvm/*25*/bin/java; do
  [ -x "$java" ] && break
done
cp=${NOWAKE_CP:-$checkout/agent/target/nowake/lib/*}
mkdir -p "$BENCH_DIR/classes"
"${java%java}javac" -d "$BENCH_DIR/classes" -cp "$cp" "$bench/MirrorFill.java"
mapfile -t below < <(model "$BENCH_DIR/four" "$SIZE" 4)
local=$BENCH_DIR/filled.$$
mkdir -p "$local"
cleanup() {
  unmount
  rm -rf "$local"
}

# The daemon's own flags, and room for the buffers of 64 streams.
fill() {
  "$java" -XX:+UseSerialGC -Xms8m -Xmx128m -XX:MaxDirectMemorySize=512m -XX:-UsePerfData --enable-native-access=ALL-UNNAMED \
    --sun-misc-unsafe-memory-access=allow -cp "$cp:$BENCH_DIR/classes" MirrorFill "$@"
}

# The disk below the remote is not to be measured.
cat "${below[@]}" >/dev/null
for storage in $STORAGE; do
  latency=${storage%:*}
  bandwidth=${storage#*:}
  cap=$(calc "${bandwidth%G}")
  results=$run/fill.$latency
  : >"$results"
  for ((round = 0; round <= ROUNDS; round++)); do
    for way in $WAYS read; do
      mount_slow "$BENCH_DIR/four" "$latency" "$bandwidth"
      if [ "$way" = read ]; then
        seconds=$("$tools" readers 64 "${shards[@]}")
        figures="$(stat -c %s "${below[@]}" | awk -v s="$seconds" '{ all += $1 } END { print all / 1e9 / s }') 0 0"
      else
        IFS=: read -r streams piece direct save ask <<<"$way"
        figures=$(fill "$mountpoint" "$local" "$streams" "$piece" "$direct" "$save" "$ask")
      fi
      unmount
      rm -f "$local"/*
      sync -f "$local"
      # the first round warms memory up
      [ "$round" = 0 ] || echo "$way $figures $(sed -n 's/.*at most \([0-9]*\) at once.*/\1/p' "$served")" >>"$results"
    done
  done
  of() { awk -v m="$1" -v f="$2" '$1 == m { print $f }' "$results" | median; }
  echo "$SIZE in four files, $((latency / 1000)) ms a request, cap $cap GB/s, $ROUNDS rounds, medians"
  echo
  echo "| streams, piece | remote read | saves | GB/s written | of the cap | GB/s durable | CPU s/GB | requests at once |"
  echo "|---|---|---|---:|---:|---:|---:|---:|"
  gigabytes=$(stat -c %s "${below[@]}" | awk '{ all += $1 } END { print all / 1e9 }')
  for way in $WAYS; do
    IFS=: read -r streams piece direct save ask <<<"$way"
    [ "$direct" = direct ] && how=O_DIRECT || how="page cache"
    echo "| $streams x $piece MiB | $how | $save | $(of "$way" 2) | $(calc "$(of "$way" 2) / $cap") | $(of "$way" 3) |" \
      "$(calc "$(of "$way" 4) / $gigabytes") | $(of "$way" 5) |"
  done
  echo "| 64 readers that write nothing | page cache | | $(of read 2) | $(calc "$(of read 2) / $cap") | | | $(of read 5) |"
  echo
  target "$((latency / 1000)) ms, $cap GB/s: fill, of the cap" "$(calc "$(of "${WAYS%% *}" 2) / $cap")" at-least 0.9
done
finish
