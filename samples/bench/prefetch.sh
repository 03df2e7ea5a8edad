#!/bin/bash
# A cold file (SIZE, default 4GiB) on a local disk: nowake prefetch beside vmtouch -t, sendfile and fio reading with
# O_DIRECT in four shapes (block size, depth), in turns, ROUNDS times. Seconds are each one's own I/O; CPU seconds are
# user + system of the whole process, and for nowake also without what a start with nothing to do costs.
. "$(dirname "$(readlink -f "$0")")/common.sh"
need vmtouch vmtouch
need fio fio
SIZE=${SIZE:-4GiB}
# seconds of quiet before each, so that what came before does not tell in it
SETTLE=${SETTLE:-2}
file=$(model "$BENCH_DIR/one" "$SIZE" 1)
gigabytes=$(calc "$(stat -c %s "$file") / 1e9")
results=$BENCH_DIR/prefetch.$$
cleanup() { rm -f "$results" "$results".*; }
: >"$results"

# timed COMMAND...: its output in $results.out, wall and CPU seconds in $wall and $cpu
timed() {
  local TIMEFORMAT='%R %U %S' user system
  { time "$@" >"$results.out" 2>"$results.err"; } 2>"$results.time" || [ $? = 3 ] || die "$1: $(cat "$results.err")"
  read -r wall user system <"$results.time"
  cpu=$(calc "$user + $system")
}

record() { # METHOD SECONDS CPU_SECONDS
  echo "$1 $(calc "$gigabytes / $2") $(calc "$3 / $gigabytes")" >>"$results"
}

fio_read() { # BLOCK DEPTH
  timed fio --name=r --filename="$file" --readonly --rw=read --direct=1 --ioengine=libaio --bs="$1" --iodepth="$2" \
    --output-format=terse --terse-version=3
  # the seventh field is the read bandwidth in KiB/s
  awk -F';' '/^3;/ { print $7 * 1024 / 1e9 }' "$results.out"
}

# What a start costs when there is nothing to fetch.
head -c 4096 "$file" >"$results.tiny"
for ((i = 0; i < 3; i++)); do
  timed "$NOWAKE" prefetch --output json "$results.tiny"
  echo "$cpu" >>"$results.start"
done
startCpu=$(median <"$results.start")

once() { # METHOD
  "$tools" cold "$file"
  sleep "$SETTLE"
  case $1 in
  nowake)
    timed "$NOWAKE" prefetch --output json "$file"
    nowakeSeconds=$(field seconds <"$results.out")
    mechanism=$(field mechanism <"$results.out")
    record nowake "$nowakeSeconds" "$cpu"
    record nowake-steady "$nowakeSeconds" "$(calc "$cpu > $startCpu ? $cpu - $startCpu : 0")"
    [ "$(calc "$("$tools" resident "$file") / 1e9 >= 0.99 * $gigabytes")" = 1 ] || die "prefetch left part of the file out"
    ;;
  vmtouch)
    timed vmtouch -t "$file"
    record vmtouch "$wall" "$cpu"
    ;;
  sendfile)
    timed "$tools" sendfile "$file"
    record sendfile "$(cat "$results.out")" "$cpu"
    ;;
  fio-*)
    IFS=- read -r _ block depth <<<"$1"
    echo "$1 $(fio_read "$block" "$depth") -" >>"$results"
    ;;
  esac
}

# Each round begins with another method: virtual disks give more to whoever comes after a pause or a slow reader.
methods=(nowake vmtouch sendfile fio-1M-4 fio-1M-16 fio-4M-4 fio-8M-2)
for ((round = 0; round < ROUNDS; round++)); do
  for ((turn = 0; turn < ${#methods[@]}; turn++)); do
    once "${methods[(round * 3 + turn) % ${#methods[@]}]}"
  done
done
"$tools" cold "$file"

of() { awk -v m="$1" -v f="$2" '$1 == m { print $f }' "$results" | median; }
echo "Cold file of $gigabytes GB, $ROUNDS rounds, medians; nowake's mechanism: ${mechanism:-unknown}"
echo
echo "| how | GB/s | of nowake's | CPU s/GB |"
echo "|---|---:|---:|---:|"
nowakeSpeed=$(of nowake 2)
bestOther=0
for method in "${methods[@]}"; do
  speed=$(of "$method" 2)
  case $method in fio-*) cpu=- ;; *) cpu=$(of "$method" 3) ;; esac
  [ "$method" = nowake ] || bestOther=$(calc "$speed > $bestOther ? $speed : $bestOther")
  echo "| $method | $(calc "$speed") | $(calc "$speed / $nowakeSpeed") | $cpu |"
done
echo "| nowake without its start | | | $(of nowake-steady 3) |"
target "prefetch, of the best other" "$(calc "$nowakeSpeed / $bestOther")" at-least 0.95
target "CPU seconds per GB in steady state" "$(of nowake-steady 3)" at-most 0.12
finish
