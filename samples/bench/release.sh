#!/bin/bash
# How soon the memory is back: from the loader's last close or unmap of a model (SIZE, default 4GiB) to less than 1 % of
# it resident, looked at every 5 ms from outside. Each round has a fresh daemon and a cold model.
. "$(dirname "$(readlink -f "$0")")/common.sh"
SIZE=${SIZE:-4GiB}
mapfile -t shards < <(model "$BENCH_DIR/released" "$SIZE" 8)
sizeBytes=$(stat -c %s "${shards[@]}" | awk '{ all += $1 } END { print all }')
results=$BENCH_DIR/release.$$
watcher=
stop_watcher() {
  [ -n "$watcher" ] || return 0
  kill "$watcher" 2>/dev/null || :
  wait "$watcher" 2>/dev/null || :
  watcher=
}
cleanup() {
  stop_watcher
  rm -f "$results"*
}

for ((round = 0; round < ROUNDS; round++)); do
  for how in mmap read; do
    "$tools" cold "${shards[@]}"
    # Before the daemon: its opens are nobody's business.
    : >"$results.watch"
    "$tools" watch 600 "${shards[@]}" >"$results.watch" &
    watcher=$!
    until [ -s "$results.watch" ]; do sleep 0.01; done
    start_daemon --root "$BENCH_DIR/released" --enforce
    samples Loader --how $how "${shards[@]}" >"$results.load"
    sleep 3
    stop_watcher
    stop_daemon
    # resident at the close, most ever, milliseconds from there to under 1 %, percent left at the end
    awk -v how=$how -v size="$sizeBytes" -v closed="$(field closedNanos <"$results.load")" '
      NF < 2 { next }
      $2 > most { most = $2 }
      $1 <= closed { at = $2 }
      $1 > closed && gone == "" && $2 < size / 100 { gone = ($1 - closed) / 1e6 }
      { left = $2 }
      END { printf "%s %.1f %.1f %s %.2f\n", how, most / size * 100, at / size * 100, gone == "" ? 1e9 : gone, left / size * 100 }
    ' "$results.watch" >>"$results.all"
  done
done
"$tools" cold "${shards[@]}"

of() { awk -v m="$1" -v f="$2" '$1 == m { print $f }' "$results.all"; }
echo "Model of $(calc "$sizeBytes / 1e9") GB in ${#shards[@]} shards, $ROUNDS rounds; percentages are of the model"
echo
echo "| loader | most resident | at the last close | left 3 s later | to under 1 %, median | slowest |"
echo "|---|---:|---:|---:|---:|---:|"
for how in mmap read; do
  slowest=$(of $how 4 | percentile 100)
  echo "| $how | $(of $how 2 | median) % | $(of $how 3 | median) % | $(of $how 5 | median) % |" \
    "$(of $how 4 | median) ms | $slowest ms |"
  target "release after $how, slowest ms" "$slowest" at-most 500
done
finish
