#!/bin/bash
# soak.sh [--loads N] [--seconds S]: N loads of small models (default 3000), back to back, of all kinds: mapped, read, killed
# while they read, of files written in place, of models that have just come and of models that go. What the daemon holds is
# noted every 50 loads, after a collection; the first third is compared with the last. Ends after S seconds (default 900).
LOADS=3000 SECONDS_MOST=900
while [ $# -gt 0 ]; do
  case $1 in
  --loads) LOADS=$2 ;;
  --seconds) SECONDS_MOST=$2 ;;
  *)
    echo "usage: soak.sh [--loads N] [--seconds S]" >&2
    exit 2
    ;;
  esac
  shift 2
done
. "$(dirname "$(readlink -f "$0")")/../bench/common.sh"
bench=$(dirname "$(readlink -f "$0")")
stress=$(compiled stress)
root=$run/root
mkdir "$root"
cleanup() { rm -rf "$root"; }
for m in one two three; do cp -r --reflink=never "$(dirname "$(model "$BENCH_DIR/soak" 24MiB 3 | head -1)")" "$root/$m"; done
sync "$root"/*/*

jcmd=$(dirname "$(readlink -f "/proc/$$/exe")")/jcmd
for candidate in "${JAVA_HOME:-/nonexistent}/bin/jcmd" /usr/lib/jvm/*25*/bin/jcmd; do [ -x "$candidate" ] && jcmd=$candidate; done
counter() { "$NOWAKE" status --output json --socket "$socket" | field "$1"; }

# sample: loads, resident KiB, heap KiB after a collection, metaspace KiB, descriptors, threads, marks
sample() {
  local heap i
  for i in {1..100}; do [ "$(counter loads)" = "$(counter loadsDone)" ] && break; sleep 0.1; done
  "$jcmd" "$daemon" GC.run >/dev/null
  heap=$("$jcmd" "$daemon" GC.heap_info | awk '
    /generation|DefNew|Tenured/ { for (i = 1; i < NF; i++) if ($i == "used") heap += $(i + 1) }
    $1 == "Metaspace" { for (i = 1; i < NF; i++) if ($i == "used") meta = $(i + 1) + 0 }
    END { print heap + 0, meta + 0 }')
  echo "$1 $(awk '/^VmRSS/ { print $2 }' "/proc/$daemon/status") $heap $(ls "/proc/$daemon/fd" | wc -l) \
$(ls "/proc/$daemon/task" | wc -l) $(cat "/proc/$daemon"/fdinfo/* 2>/dev/null | grep -c '^fanotify ino')" >>"$run/samples"
}

start_daemon --root "$root" --enforce
ended=$((SECONDS + SECONDS_MOST))
sleep 1
wrong=0 loads=0
checksum=$("$stress" load read 0 "$root"/two/*.safetensors | field checksum)
while [ "$loads" -lt "$LOADS" ] && [ $SECONDS -lt $ended ]; do
  case $((loads % 8)) in
  0 | 4) [ "$("$stress" load mmap 0 "$root"/two/*.safetensors | field checksum)" = "$checksum" ] || wrong=$((wrong + 1)) ;;
  1 | 5) [ "$("$stress" load read 0 "$root"/two/*.safetensors | field checksum)" = "$checksum" ] || wrong=$((wrong + 1)) ;;
  2)
    "$stress" load read 30 "$root"/one/*.safetensors >/dev/null &
    reader=$!
    sleep 0.03
    kill -9 $reader
    wait $reader 2>/dev/null || :
    ;;
  3)
    "$stress" load mmap 0 "$root"/three/*.safetensors >/dev/null &
    dd if=/dev/zero of="$(ls "$root"/three/*.safetensors | head -1)" bs=64K seek=$((loads % 100)) count=4 conv=notrunc status=none
    wait $!
    ;;
  6)
    cp -r "$root/two" "$root/new$loads"
    sync "$root/new$loads"/*
    "$stress" load read 0 "$root/new$loads"/*.safetensors >/dev/null
    ;;
  7) rm -r "$root/new$((loads - 1))" ;;
  esac
  loads=$((loads + 1))
  [ $((loads % 50)) != 0 ] || [ $loads -lt 200 ] || sample $loads
done
[ "$wrong" = 0 ] || die "$wrong loads had a wrong checksum"

column() { awk -v f="$1" -v a="$2" -v z="$3" '{ v[NR] = $f } END { for (i = int(NR * a) + 1; i <= int(NR * z); i++) print v[i] }' "$run/samples" | median; }
echo "$loads turns, $(counter loads) loads, $(counter loadsDone) ended, $(counter errors) errors, in $SECONDS s"
echo
echo "| | first third | last third |"
echo "|---|---:|---:|"
row() { echo "| $1 | $(calc "$(column "$2" 0 0.34) / $3") | $(calc "$(column "$2" 0.66 1) / $3") |"; }
row "resident MiB" 2 1024
row "heap after a collection, MiB" 3 1024
row "metaspace MiB" 4 1024
row "descriptors" 5 1
row "threads" 6 1
row "marks" 7 1
grew() { calc "$(column "$1" 0.66 1) - $(column "$1" 0 0.34)"; }
target "resident KiB grown" "$(grew 2)" at-most 4096
target "heap KiB grown" "$(grew 3)" at-most 512
target "descriptors grown" "$(grew 5)" at-most 0
target "threads grown" "$(grew 6)" at-most 0
target "marks grown" "$(grew 7)" at-most 0
finish
echo
echo "errors the journal has:"
grep -h '"kind":"error"' "$state"/journal*.jsonl | sed 's/.*"reason":"\([^"]*\)".*/\1/; s/[0-9]\{3,\}/N/g' | sort | uniq -c | sort -rn | head
[ -z "${SAMPLES:-}" ] || cp "$run/samples" "$SAMPLES"
