#!/bin/bash
# What a load does to the rest of a host that has no memory to spare: an unmodified loader with nowake and without, in turns.
#
#   --host KIND     ballast (default): anonymous memory leaves FREE; fragmented: the same, and hardly a block for large
#                   folios in it; full: all memory is page cache of a foreign file
#   --how HOW       read (default): read() of 4 MiB; mmap: shards mapped and touched in order
#   --pairs N       of loads (default 10)
#   --model SIZE    in four shards (default 4GiB)
#   --free SIZE     what the ballast leaves (default 2GiB)
#   --ballast SIZE  takes at most (default: what there is)
#   --foreign SIZE  page cache of the full host at most (default: what there is)
#   --policy NAME   default load-and-release
#   --journal FILE  keeps the daemon's journal there
#   --args ARGS     its arguments as YAML, {room: reclaim, window: 1GiB}; where they name no window, it is 1GiB
#
# One daemon serves all loads, so that it is a warm one; for those without nowake it is stopped (SIGSTOP), which is as if it
# were not there: it takes no event and does nothing, and memory is the same. A pair begins with an idle window as long as a
# load, in which the kernel must count nothing; else the pair is left out, and counted. A window goes from before the
# loader's start to 200 ms after its end. Ten pairs take about five minutes.
. "$(dirname "$(readlink -f "$0")")/common.sh"
. "$bench/host.sh"
usage() {
  sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" >&2
  exit 2
}
kind=ballast how=read pairs=10 size=4GiB free=2GiB mostBallast=1048576MiB mostForeign=1048576MiB
policy=load-and-release args='{}' journal=
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || usage
  case $1 in
  --host) kind=$2 ;;
  --how) how=$2 ;;
  --pairs) pairs=$2 ;;
  --model) size=$2 ;;
  --free) free=$2 ;;
  --ballast) mostBallast=$2 ;;
  --foreign) mostForeign=$2 ;;
  --policy) policy=$2 ;;
  --args) args=$2 ;;
  --journal) journal=$2 ;;
  *) usage ;;
  esac
  shift 2
done
case $kind/$how in ballast/read | ballast/mmap | fragmented/read | fragmented/mmap | full/read | full/mmap) ;; *) usage ;; esac
[ "$pairs" -ge 1 ] 2>/dev/null || usage
args=$(with_window "$args" 1GiB)
windowMib=$(mib "$(window_of "$args")")
freeMib=$(mib "$free") mostBallast=$(mib "$mostBallast") mostForeign=$(mib "$mostForeign")
# Whether room is to be had: free memory, or the rule lets the governor make some.
case $args in *"room: reclaim"* | *"room: reserve"*) reclaims=1 ;; *) reclaims=0 ;; esac
if [ "$kind" = full ] && [ $reclaims = 0 ]; then room=no; else room=yes; fi

root=$BENCH_DIR/governed
mapfile -t shards < <(model "$root" "$size" 4)
sizeBytes=$(stat -c %s "${shards[@]}" | awk '{ all += $1 } END { print all }')
results=$run/results
cleanup() { end_host; }

# Everything is as it was before the last load.
prepare() {
  daemon_lives
  ask cold
  trim_ballast
  if [ "$kind" = full ]; then
    ask full "$mostForeign"
    progress "full host: $reply"
  fi
  settle
}

# What the journal says of a load, after its first N lines: the room it was given, what of that was reclaimed for it, and how
# its pages came.
journal_says() { # LINES_BEFORE
  tail -n +$(($1 + 1)) "$state/journal.jsonl" | awk '
    /"kind":"outcome"/ {
      if (match($0, /"roomBytes":[0-9]+/)) { n = substr($0, RSTART + 12, RLENGTH - 12) + 0; if (n > room) room = n }
      if (match($0, /"singlePageBytes":[0-9]+/)) single += substr($0, RSTART + 18, RLENGTH - 18)
      if (match($0, /"mechanism":"[a-z]+"/)) mechanism = substr($0, RSTART + 13, RLENGTH - 14)
    }
    /"kind":"room"/ && match($0, /"reclaimedBytes":[0-9]+/) { reclaimed += substr($0, RSTART + 17, RLENGTH - 17) }
    END { printf "room=%.0f reclaimed=%.0f single=%.0f mechanism=%s", room, reclaimed, single, mechanism == "" ? "none" : mechanism }'
}

# The daemon fills its reserve up every ten seconds while nobody loads.
await_reserve() {
  case $args in *"room: reserve"*) ;; *) return 0 ;; esac
  for ((tries = 0; tries < 200; tries++)); do
    [ "$(awk '/^MemFree/ { print int($2 / 1024) }' /proc/meminfo)" -lt "$windowMib" ] || return 0
    sleep 0.1
  done
  progress "no reserve was made"
}

checksum=
once() { # WHO PAIR
  local ticks governing readBytes lines
  [ "$1" = nowake ] || kill -STOP "$daemon"
  prepare
  lines=$(wc -l <"$state/journal.jsonl")
  [ "$1" = unassisted ] || await_reserve
  ticks=$(daemon_ticks) governing=$(governing_ticks) readBytes=$(daemon_read_bytes)
  ask begin
  load "$how" "${shards[@]}"
  governing=$(($(governing_ticks) - governing))
  ticks=$(($(daemon_ticks) - ticks)) readBytes=$(($(daemon_read_bytes) - readBytes))
  sleep 0.2
  ask end
  local figures=$reply seconds speed sum
  seconds=$(field seconds <"$run/load") speed=$(field gbPerSecond <"$run/load") sum=$(field checksum <"$run/load")
  [ "${checksum:=$sum}" = "$sum" ] || die "this load read other bytes than the first: $sum, not $checksum"
  lastSeconds=$seconds
  if [ "$1" = nowake ]; then
    sleep 1 # the outcome of a load is written when it ends
  else
    ask cold
    kill -CONT "$daemon"
    sleep 2 # it hears of that load now, and is done with it
  fi
  echo "$1 pair=$2 seconds=$seconds speed=$speed daemonCpu=$(calc "$ticks / $seconds")" \
    "governing=$(calc "$governing / $seconds")" \
    "cpu=$(calc "($ticks + 100 * $(field cpuSeconds <"$run/load")) / $seconds")" \
    "stored=$(calc "($readBytes + $(field readBytes <"$run/load")) / $sizeBytes")" \
    "$([ "$1" = nowake ] && journal_says "$lines" || :) $figures" >>"$results"
  progress "pair $2, $1: $speed GB/s, $(value reclaim <<<"$figures") events and pages of reclaim," \
    "least free $(value leastFree <<<"$figures" | in_mib) MiB," \
    "most resident $(value mostResident <<<"$figures" | in_mib) MiB"
}

idle() { # succeeds when the kernel counted nothing
  prepare
  ask begin
  sleep "$lastSeconds"
  ask end
  echo "idle $reply" >>"$results"
  [ "$(value reclaim <<<"$reply")" = 0 ]
}

start_tenants "${shards[@]}"
write_config "$root" "$policy" "$args"
start_daemon --config "$config"
ask cold
case $kind in
ballast) take_ballast "$freeMib" "$mostBallast" ;;
fragmented) take_ballast "$freeMib" "$mostBallast" fragmented ;;
esac
progress "warming up"
lastSeconds=1
once unassisted warm-up
once nowake warm-up
sed -i d "$results"

left=0
for ((pair = 1; pair <= pairs; )); do
  if ! idle; then
    left=$((left + 1))
    progress "pair $pair put off: the kernel was busy in its idle window: $reply"
    [ $left -lt $((pairs + 5)) ] || break
    continue
  fi
  if [ $((pair % 2)) = 1 ]; then order="unassisted nowake"; else order="nowake unassisted"; fi
  for who in $order; do once "$who" "$pair"; done
  pair=$((pair + 1))
done
[ -z "$journal" ] || cp "$state/journal.jsonl" "$journal"
measured=$((pair - 1))
[ "$measured" -ge 1 ] || die "no pair could be measured: the kernel reclaimed memory in each idle window"

all() { grep "^$1 " "$results" | value "$2"; } # WHO KEY
of() { all "$1" "$2" | median; }
most() { all "$1" "$2" | percentile 100; }
row() { # NAME KEY [FILTER]
  echo "| $1 | $(of unassisted "$2" | ${3:-cat}) | $(of nowake "$2" | ${3:-cat}) | $(most nowake "$2" | ${3:-cat}) |"
}

roomBytes=$(of nowake room)
# What was made for a load, or what it used where that is more.
madeBytes=$(printf '%s\n' "$roomBytes" "$(of nowake reclaimed)" | percentile 100)
echo "Host $kind, loader $how, policy $policy $args: model of $(calc "$sizeBytes / 1e9") GB in ${#shards[@]} shards," \
  "$measured pairs, $left left out because the kernel was busy in their idle window."
echo "Before a load $(of nowake free | in_mib) MiB were free, $(of nowake blocks | in_mib) MiB of it in" \
  "blocks for large folios. The journal: room $(in_mib <<<"$roomBytes") MiB, $(of nowake reclaimed | in_mib) MiB" \
  "of it reclaimed; $(of nowake single | in_mib) MiB fetched as single pages, mechanism $(all nowake mechanism | sort -u | paste -sd+)."
echo
echo "| | without | nowake | nowake's greatest |"
echo "|---|---:|---:|---:|"
row "GB/s" speed
for key in pgscan_kswapd pgsteal_kswapd pageoutrun pgscan_direct allocstall pgscan_proactive compact_stall; do
  row "$key" $key
done
row "least free, MiB" leastFree in_mib
row "most of the model resident, MiB" mostResident in_mib
row "foreign cache lost, MiB" foreignLost in_mib
row "the bystander's 256 MiB lost, MiB" bystanderLost in_mib
row "looks at memory, every 20 ms or seldomer" looks
row "read from storage, of the model" stored
row "daemon, % of a CPU" daemonCpu
row "of it following and deciding" governing
row "loader and daemon, % of a CPU" cpu
[ "$kind" != full ] ||
  echo "| foreign cache lost in idle windows, MiB | $(of idle foreignLost | in_mib) | | |"

ratio=$(paste -d' ' <(all nowake speed) <(all unassisted speed) | awk '{ print $1 / $2 }' | median)
name="$kind, $how"
if [ $room = yes ]; then
  # what the governor asked for itself is no accident
  moved() { paste -d' ' <(all nowake reclaim) <(all nowake pgscan_proactive) | awk "{ print \$1 - $reclaims * \$2 }"; }
  target "$name: reclaim and compaction, events and pages, median" "$(moved | median)" at-most 0
  target "$name: loads of $measured with any" "$(moved | awk '$1 != 0 { n++ } END { print n + 0 }')" at-most 0
  # single pages are a fifth to a third slower for everybody; that is their price where blocks for large folios are scarce
  if [ "$(calc "$(of nowake single) > $sizeBytes / 2")" = 1 ]; then least=0.85; else least=0.97; fi
  target "$name: speed, of that without, median of pairs" "$(calc "$ratio")" at-least $least
  [ "$kind" != full ] ||
    target "$name: foreign cache lost, of the room" "$(calc "$madeBytes > 0 ? $(of nowake foreignLost) / $madeBytes : 99")" at-most 1.5
else
  scanned() { paste -d' ' <(all "$1" pgscan_kswapd) <(all "$1" pgscan_direct) | awk '{ print $1 + $2 }' | median; }
  scannedWithout=$(scanned unassisted)
  [ "$scannedWithout" != 0 ] || echo "Without nowake nothing was reclaimed either: this host was not full."
  target "$name: pages scanned, of those without" "$(calc "$(scanned nowake) / ($scannedWithout > 0 ? $scannedWithout : 1)")" at-most 0.1
  target "$name: foreign cache lost, of the model" "$(calc "$(of nowake foreignLost) / $sizeBytes")" at-most 0.1
fi
case $how/$args in
read/* | mmap/*pageout*)
  target "$name: most resident, MiB" "$(of nowake mostResident | in_mib)" at-most $((windowMib + 64))
  ;;
esac
target "$name: the bystander's loss, greatest, %" "$(calc "$(most nowake bystanderLost) / 2684354.56")" at-most 1
looking=$("$NOWAKE" status --socket "$socket" --output json 2>/dev/null |
  sed 's/.*"looks":\([0-9]*\),"lookSeconds":\([0-9.E-]*\).*/\1 \2/' | awk '{ printf "%.2f", 1000 * $2 / $1 }' || :)
echo
echo "A look at memory took ${looking:-?} ms, at most 20 of them a second."
target "$name: daemon following and deciding, and looks at memory, % of a CPU" \
  "$(calc "$(of nowake governing) + 2 * ${looking:-0}")" at-most 2
finish
