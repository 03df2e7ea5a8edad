#!/bin/bash
# What a driver that takes free blocks of 2 MiB gets when a model has just been loaded, on a host whose memory is full of
# page cache, with nowake's uma-guard and without, in turns. For hosts on which CPU and accelerator share memory.
#
#   SIZE   of the model (default 4GiB); WANT: bytes in blocks that the engine asks for a second after its last read
#          (4 GiB), which is also the rule's argument blocks
#   FREE   bytes free when the load begins in the first table (5 GiB); FULL: in the others (2 GiB), in the second of which
#          another model's pages are left over from before, and in the third the rule says room: reclaim
#   HOLD   bytes of anonymous memory (4 GiB)
#
# The driver is a process that touches one byte of each 2 MiB of anonymous memory while transparent_hugepage/defrag says
# "never": the kernel gives it a huge page where a block is free and a small page where none is; what it got is counted.
# The page cache is that of a sparse file: it is filled without the disk. Needs all of the host's memory and takes some
# minutes; what else runs will be slowed. The setting of transparent_hugepage is put back at the end.
. "$(dirname "$(readlink -f "$0")")/common.sh"
SIZE=${SIZE:-4GiB}
WANT=${WANT:-$((4 << 30))}
FREE=${FREE:-$((5 << 30))}
FULL=${FULL:-$((2 << 30))}
HOLD=${HOLD:-$((4 << 30))}
thp=/sys/kernel/mm/transparent_hugepage
[ -w $thp/defrag ] || die "needs transparent huge pages ($thp)"
models=$BENCH_DIR/uma
mapfile -t shards < <(model "$models/model" "$SIZE" 4)
mapfile -t before < <(model "$models/before" "$SIZE" 4)
sizeBytes=$(stat -c %s "${shards[@]}" | awk '{ all += $1 } END { print all }')
filler=$BENCH_DIR/uma-filler.$$
results=$BENCH_DIR/uma-results.$$
config=$BENCH_DIR/uma-config.$$
chosen() { sed 's/.*\[\(.*\)\].*/\1/' "$thp/$1"; }
enabled=$(chosen enabled)
defrag=$(chosen defrag)
holder=
cleanup() {
  echo "$enabled" >$thp/enabled
  echo "$defrag" >$thp/defrag
  [ -z "$holder" ] || kill "$holder" 2>/dev/null || :
  rm -f "$filler" "$results" "$config".*
}
echo madvise >$thp/enabled
echo never >$thp/defrag

vmstat() { awk -v n="$1" '$1 == n { print $2 }' /proc/vmstat; }
inBlocks() { awk '{ for (i = 14; i <= NF; i++) all += $i * 2 ^ (i - 14) * 2097152 } END { print all }' /proc/buddyinfo; }

coproc "$tools" hold "$HOLD"
holder=$COPROC_PID
read -r ready <&"${COPROC[0]}"
[ "$ready" = READY ] || die "cannot hold $HOLD bytes"
for table in room leftover full; do
  reclaim=none
  [ $table != full ] || reclaim=reclaim
  printf 'mode: enforce\nroots: [{path: %s}]\nrules: [{policy: uma-guard, args: {room: %s, blocks: %dMiB}}]\n' \
    "$models" $reclaim $((WANT >> 20)) >"$config.$table.yaml"
done
truncate -s "$(awk '/^MemTotal/ { print $2 }' /proc/meminfo)K" "$filler"

# one TABLE FREE WAY: a line "TABLE WAY seconds got freeBefore blocksBefore scanned compactions"
one() {
  "$tools" cold "$filler" "${shards[@]}" "${before[@]}"
  # read before the daemon starts: it finds these pages and does not know whose they were
  [ "$1" != leftover ] || "$tools" readers 1 "${before[@]}" >/dev/null
  [ "$3" = plain ] || start_daemon --config "$config.$1.yaml"
  local free blocks scanned got compacted=0
  free=$("$tools" fill "$2" "$filler")
  blocks=$(inBlocks)
  scanned=$(vmstat pgscan_kswapd)
  got=$("$tools" engine "$WANT" 1000 "${shards[@]}")
  [ "$3" = plain ] || compacted=$(grep -c '"kind":"compaction"' "$state/journal.jsonl" || :)
  echo "$1 $3 $got $free $blocks $(($(vmstat pgscan_kswapd) - scanned)) $compacted" >>"$results"
  stop_daemon
}

for ((round = 0; round < ROUNDS; round++)); do
  for way in plain nowake; do
    one room "$FREE" $way
    one leftover "$FULL" $way
    one full "$FULL" $way
  done
done
"$tools" cold "$filler" "${shards[@]}" "${before[@]}"

of() { awk -v t="$1" -v w="$2" -v f="$3" '$1 == t && $2 == w { print $f }' "$results"; }
gib() { awk -v b="$1" 'BEGIN { printf "%.2f", b / 2 ^ 30 }'; }
echo "Model of $(calc "$sizeBytes / 1e9") GB read with read(), then $(gib "$WANT") GiB wanted in blocks of 2 MiB;" \
  "$(gib "$HOLD") GiB of anonymous memory, the rest page cache; $ROUNDS rounds in turns, medians"
for table in room leftover full; do
  echo
  case $table in
  room) echo "$(gib "$FREE") GiB are free when the load begins:" ;;
  leftover) echo "$(gib "$FULL") GiB are free when the load begins, and a model of the same size was read before:" ;;
  full) echo "$(gib "$FULL") GiB are free when the load begins, the rest is foreign page cache; the rule says room: reclaim:" ;;
  esac
  echo
  echo "| | free before | in blocks | got in blocks | fewest | load, GB/s | pages kswapd scanned | compactions |"
  echo "|---|---:|---:|---:|---:|---:|---:|---:|"
  for way in plain nowake; do
    echo "| $way | $(gib "$(of $table $way 5 | median)") GiB | $(gib "$(of $table $way 6 | median)") GiB |" \
      "$(gib "$(of $table $way 4 | median)") GiB | $(gib "$(of $table $way 4 | percentile 0)") GiB |" \
      "$(calc "$sizeBytes / 1e9 / $(of $table $way 3 | median)") | $(of $table $way 7 | median) | $(of $table $way 8 | median) |"
  done
  target "$table: share of what was wanted that was got, fewest" \
    "$(calc "$(of $table nowake 4 | percentile 0) / $WANT")" at-least 1
done
finish
