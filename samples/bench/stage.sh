#!/bin/bash
# A model (SIZE, default 4GiB, four shards) copied onto a local disk by nowake stage, cp, dd with O_DIRECT, rsync and rclone,
# in turns, ROUNDS times (default 5), beside what the storage gives raw: fio reading the source and writing the target with
# O_DIRECT. All copies are forced to the disk within their time; nowake's seconds are those it tells, which its start is not in.
# Before each almost all free memory is taken and given back (tools.c says why), there must be a quiet second, and the copy's files
# are dropped from page cache.
#
# Arguments name the parts to run (default: all):
#   disk      source and target on BENCH_DIR's disk, which then reads and writes at once: fio does so as well
#   memory    source in memory (tmpfs, SIZE of it), so that the disk only writes
#   slow      source far away (slowfs): 2 ms a request with 1 GB/s, then 10 ms with 2 GB/s
#   sparse    a file of four times SIZE, a sixteenth of it data
#   pressure  locked memory leaves 2 GiB free: what the kernel had to scan for nowake and for cp
. "$(dirname "$(readlink -f "$0")")/common.sh"
. "$bench/slow.sh"
need fio fio
need rsync rsync
need rclone rclone
SIZE=${SIZE:-4GiB}
ROUNDS=${ROUNDS:-5}
QUIET=${QUIET:-60} # seconds to wait for a quiet one at most
OTHERS=${OTHERS-cp dd rsync rclone}
[ $# -gt 0 ] || set -- disk memory slow sparse pressure
copy=$run/copy
ballast=
noisy=0
cleanup() {
  [ -z "$ballast" ] || { kill "$ballast" && wait "$ballast"; } 2>/dev/null || :
  unmount
  umount -l "$run/memory" 2>/dev/null || :
}

# busy_share: the share of the CPUs that was used in the last second, in percent.
busy_share() {
  local a b c d rest idle used
  read -r _ a b c d rest </proc/stat
  used=$((a + b + c)) idle=$d
  sleep 1
  read -r _ a b c d rest </proc/stat
  used=$((a + b + c - used)) idle=$((d - idle))
  echo $((100 * used / (used + idle + 1)))
}

quiet() {
  local second
  for ((second = 0; second < QUIET; second++)); do
    [ "$(busy_share)" -gt 15 ] || return 0
  done
  noisy=$((noisy + 1))
}

# timed COMMAND...: wall and CPU seconds in $wall and $cpu
timed() {
  local TIMEFORMAT='%R %U %S' user system
  { time "$@" >"$run/out" 2>"$run/err"; } 2>"$run/time" || die "$*: $(cat "$run/err")"
  read -r wall user system <"$run/time"
  cpu=$(calc "$user + $system")
}

fio_seconds() { # OPTION...
  fio --direct=1 --bs=2M --ioengine=libaio --output-format=terse --terse-version=3 "$@" >"$run/out" ||
    die "fio: $(cat "$run/out")"
  # of all jobs the longest: milliseconds of reading and of writing
  awk -F';' '/^3;/ { for (f = 9; f <= 50; f += 41) if ($f > most) most = $f } END { print most / 1000 }' "$run/out"
}

scanned() { awk '/^pgscan_kswapd / { print $2 }' /proc/vmstat; }

copy_cp() { cp "${files[@]}" "$copy"/ && sync "$copy"/*; }
copy_rsync() { rsync -a "${files[@]}" "$copy"/ && sync "$copy"/*; }
copy_rclone() { rclone copy "$source" "$copy" && sync "$copy"/*; }
copy_dd() {
  local file
  for file in "${files[@]}"; do
    dd if="$file" of="$copy/${file##*/}" bs=2M iflag=direct oflag=direct conv=fsync status=none || return
  done
}

# once METHOD DEPTH: a line "METHOD GB/s CPU-s/GB MiB-left pgscan_kswapd" in $results.
once() {
  local before left=- seconds
  rm -rf "$copy"
  mkdir "$copy"
  [ "$source" = "$run/memory" ] || "$tools" cold "${files[@]}" # tmpfs is page cache
  take_memory
  quiet
  before=$(scanned)
  cpu=0
  case $1 in
  raw-read)
    local jobs=() file
    for file in "${files[@]}"; do jobs+=(--name="r${#jobs[@]}" --stonewall --rw=read --filename="$file"); done
    seconds=$(fio --direct=1 --bs=2M --ioengine=libaio --readonly --iodepth="$2" --output-format=terse --terse-version=3 \
      "${jobs[@]}" | awk -F';' '/^3;/ { all += $9 } END { print all / 1000 }')
    ;;
  raw-write)
    seconds=$(fio_seconds --name=w --filename="$copy/w" --size="$bytes" --rw=write --iodepth=8 --end_fsync=1)
    ;;
  raw-both)
    # one file of the source as often as there are: the disk does not know the difference
    seconds=$(fio_seconds --iodepth=4 --name=r --filename="${files[0]}" --rw=read --io_size="$bytes" \
      --size="$((bytes / ${#files[@]}))" --name=w --filename="$copy/w" --size="$bytes" --rw=write --end_fsync=1)
    ;;
  nowake)
    timed "$NOWAKE" stage "$source" "$copy" --output json
    seconds=$(field seconds <"$run/out")
    ;;
  *)
    timed "copy_$1"
    seconds=$wall
    ;;
  esac
  case $1 in raw-*) ;; *)
    local copies=("${files[@]##*/}")
    copies=("${copies[@]/#/$copy/}")
    left=$(calc "($("$tools" resident "${files[@]}") + $("$tools" resident "${copies[@]}")) / 1048576")
    [ "$(stat -c %s "${copies[@]}" | awk '{ all += $1 } END { printf "%.0f", all }')" = "$bytes" ] || die "$1 copied something else"
    ;;
  esac
  echo "$1 $(calc "$bytes / 1e9 / $seconds") $(calc "$cpu / ($bytes / 1e9)") $left $(($(scanned) - before))" >>"$results"
  rm -rf "$copy"
}

of() { awk -v m="$1" -v f="$2" '$1 == m { print $f }' "$results" | median; }
most() { awk -v m="$1" -v f="$2" '$1 == m { print $f }' "$results" | percentile 100; }

# compare TITLE DEPTH METHOD...: all of them in turns, and their table.
compare() {
  local title=$1 depth=$2 round turn method name speed
  shift 2
  local methods=("$@")
  results=$run/results
  : >"$results"
  noisy=0
  for ((round = 0; round < ROUNDS; round++)); do
    for ((turn = 0; turn < ${#methods[@]}; turn++)); do
      once "${methods[(round * 3 + turn) % ${#methods[@]}]}" "$depth"
    done
  done
  echo
  echo "$title: $(calc "$bytes / 1e9") GB in ${#files[@]} files, $ROUNDS rounds, medians; $noisy of $((ROUNDS * ${#methods[@]})) began while others used the CPUs"
  echo
  echo "| how | GB/s | of nowake's | CPU s/GB | MiB left in page cache | pages scanned by kswapd, most |"
  echo "|---|---:|---:|---:|---:|---:|"
  for method in "${methods[@]}"; do
    speed=$(of "$method" 2)
    case $method in raw-read) name="raw, reading" ;; raw-write) name="raw, writing" ;; raw-both) name="raw, both at once" ;;
    nowake) name="nowake stage" ;; dd) name="dd, direct" ;; *) name=$method ;; esac
    case $method in
    raw-*) echo "| $name | $speed | $(calc "$speed / $(of nowake 2)") | - | - | - |" ;;
    *) echo "| $name | $speed | $(calc "$speed / $(of nowake 2)") | $(of "$method" 3) | $(of "$method" 4) | $(most "$method" 5) |" ;;
    esac
  done
  target "$title: nowake, MiB left in page cache, most" "$(most nowake 4)" at-most 16
}

slower() { printf '%s\n' "$@" | sort -g | head -1; }

mapfile -t below < <(model "$BENCH_DIR/four" "$SIZE" 4)
bytes=$(stat -c %s "${below[@]}" | awk '{ all += $1 } END { printf "%.0f", all }')
from_disk() { source=$BENCH_DIR/four files=("${below[@]}"); }

for part; do
  case $part in
  disk)
    from_disk
    compare "one disk" 8 raw-read raw-write raw-both nowake $OTHERS
    target "one disk: nowake, of fio reading and writing at once" "$(calc "$(of nowake 2) / $(of raw-both 2)")" at-least 0.95
    ;;
  memory)
    source=$run/memory
    mkdir -p "$source"
    mount -t tmpfs -o size="$((bytes + (64 << 20)))" tmpfs "$source"
    cp "${below[@]}" "$source"/
    files=("$source"/*)
    # what of tmpfs is resident says nothing
    compare "memory to disk" 8 raw-write nowake $OTHERS
    targets=$(grep -v '^| memory to disk: nowake, MiB' <<<"$targets")$'\n'
    [ ${#lost[@]} = 0 ] || lost=("${lost[@]/memory to disk: nowake, MiB*/}")
    target "memory to disk: nowake, of the disk's writing" "$(calc "$(of nowake 2) / $(of raw-write 2)")" at-least 0.95
    umount "$source"
    ;;
  slow)
    cat "${below[@]}" >/dev/null # the disk below is not to be measured
    for storage in "2000 1G 1" "10000 2G 2"; do
      read -r latency bandwidth cap <<<"$storage"
      mount_slow "$BENCH_DIR/four" "$latency" "$bandwidth"
      source=$mountpoint files=("${shards[@]}")
      title="$((latency / 1000)) ms, $cap GB/s"
      compare "$title" 32 raw-read raw-write nowake $OTHERS
      target "$title: nowake, of the slower side" "$(calc "$(of nowake 2) / $(slower "$(of raw-read 2)" "$(of raw-write 2)")")" at-least 0.95
      unmount
    done
    ;;
  sparse)
    source=$run/sparse
    mkdir -p "$source"
    files=("$source/sparse.bin")
    for ((i = 0; i < 16; i++)); do
      dd if="${below[0]}" of="${files[0]}" bs=1M count=$((bytes >> 26)) seek=$((i * (bytes >> 22))) conv=notrunc,fsync status=none
    done
    whole=$bytes
    bytes=$((bytes * 4))
    truncate -s "$bytes" "${files[0]}"
    compare "sparse (rates count holes)" 8 nowake cp rsync rclone
    bytes=$whole
    rm -rf "$source"
    ;;
  pressure)
    from_disk
    ballastProgram=$(compiled ballast)
    "$ballastProgram" 2048 1048576 >"$run/ballast" 2>"$run/ballast.err" &
    ballast=$!
    until grep -q READY "$run/ballast"; do
      kill -0 "$ballast" 2>/dev/null || die "the ballast has ended: $(cat "$run/ballast.err")"
      sleep 0.1
    done
    results=$run/results
    : >"$results"
    mkdir -p "$copy"
    for ((round = 0; round < ROUNDS; round++)); do
      before=$(scanned)
      sleep 3
      echo "idle $(($(scanned) - before))" >>"$results"
      before=$(scanned)
      "$NOWAKE" stage "$source" "$copy" >/dev/null || die "stage failed"
      echo "nowake $(($(scanned) - before))" >>"$results"
      rm -rf "$copy"
      mkdir "$copy"
    done
    before=$(scanned)
    copy_cp
    echo "cp $(($(scanned) - before))" >>"$results"
    kill "$ballast"
    wait "$ballast" 2>/dev/null || :
    ballast=
    echo
    echo "$(cut -d' ' -f2- "$run/ballast"): pages scanned by kswapd while $(calc "$bytes / 1e9") GB were copied, $ROUNDS rounds"
    echo
    echo "| | median | most |"
    echo "|---|---:|---:|"
    for method in idle nowake cp; do
      echo "| $method | $(of $method 2) | $(most $method 2) |"
    done
    target "2 GiB free: pages scanned by kswapd, median" "$(of nowake 2)" at-most 0
    ;;
  *) die "no part $part: disk, memory, slow, sparse, pressure" ;;
  esac
done
finish
