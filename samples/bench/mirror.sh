#!/bin/bash
# What a mirror is worth on storage that is far away (slowfs): 10 ms a request with 2 GB/s, then 2 ms with 1 GB/s. The same model
# of SIZE (default 4GiB) in four shards is loaded by programs that know nothing of nowake, mapping shard after shard ("mmap") or
# with read() of 4 MiB ("read"):
#   without   from the slow mount, nothing else running; a model of SMALL (default 256MiB), because it takes so long
#   prefetch  from the slow mount, nowake prefetching into page cache (load-and-release, enforce)
#   cold      through a mirror that has nothing of it
#   warm      through the mirror that has all of it, not in page cache, the remote unmounted
#   plain     from a copy on the same local filesystem, not in page cache
# in turns, ROUNDS times, beside what the machine can do at all: a C program that reads the slow mount with O_DIRECT and throws it
# away ("remote"), the same writing it into local files and waiting for nobody ("copier"), and dd to the disk with O_DIRECT.
# Then what FAN_PRE_ACCESS costs who reads 1 MiB at a time, and how much a hundred readers of one cold model ask of the remote.
#   STORAGE  "LATENCY_US:BYTES_PER_SECOND ..." (default 10000:2G 2000:1G)
#   HOWS     loaders (default "mmap read")
#   PARTS    which of "loads reads readers" to run (default all)
# Needs four times SIZE of disk and three times SIZE of memory. Every load is preceded by taking and giving back almost all
# free memory (tools.c says why).
. "$(dirname "$(readlink -f "$0")")/common.sh"
. "$bench/host.sh"
. "$bench/slow.sh"
SIZE=${SIZE:-4GiB}
SMALL=${SMALL:-256MiB}
STORAGE=${STORAGE:-10000:2G 2000:1G}
HOWS=${HOWS:-mmap read}
PARTS=${PARTS:-loads reads readers}
meter=$(compiled mirror)
mapfile -t below < <(model "$BENCH_DIR/four" "$SIZE" 4)
mapfile -t smallBelow < <(model "$BENCH_DIR/small" "$SMALL" 4)
place=$BENCH_DIR/mirror.$$
tree=$place/m
plain=$place/plain
mkdir -p "$plain" "$place/out" "$run/none"
cleanup() {
  kill -USR2 ${server:+"$server"} 2>/dev/null || : # a process that waits for it would not end
  end_host
  unmount
  rm -rf --one-file-system "$place"
}
bytes=$(stat -c %s "${below[@]}" | awk '{ all += $1 } END { printf "%.0f\n", all }')

# Resident, and a moment ago: the disk below the remote is not to be measured.
warm_remote() { cat "$@" >/dev/null; }

# start_mirror [KEY: VALUE]...: a daemon with a mirror of the mount that has nothing yet; waits until it shows the files.
start_mirror() {
  rm -rf --one-file-system "$tree" "$place"/.*.nowake
  printf 'mode: enforce\nroots:\n- {path: %s}\nmirrors:\n- {name: bench%s, remote: %s, local: %s%s}\n' \
    "$run/none" $$ "$mountpoint" "$tree" "${1:+, $1}" >"$run/nowake.yaml"
  start_daemon --config "$run/nowake.yaml"
  for ((tries = 0; tries < 600; tries++)); do
    files=("$tree"/*.safetensors)
    [ "${#files[@]}" != "${#shards[@]}" ] || [ ! -e "${files[0]}" ] || return 0
    sleep 0.05
  done
  die "the mirror shows nothing: $(cat "$state/err")"
}

# Until all of it is durable.
complete() {
  for ((tries = 0; tries < 1200; tries++)); do
    [ "$(grep -c '"event":"complete"' "$state/journal.jsonl" || :)" -lt "${#files[@]}" ] || return 0
    sleep 0.1
  done
  die "the mirror is not complete: $(tail -3 "$state/err")"
}

# evict FILE...: by nowake, and looked at.
evict() {
  "$NOWAKE" evict "$@" >"$run/evict" 2>&1 || die "evict: $(cat "$run/evict")"
  [ "$("$tools" resident "$@")" -lt $((bytes / 200)) ] || die "stays resident: $(cat "$run/evict")"
}

# measure WAY HOW FILE...
measure() {
  load "$2" "${@:3}"
  echo "$1.$2 $(field gbPerSecond <"$run/load") $(field cpuSeconds <"$run/load")" >>"$results"
}

of() { awk -v m="$1" -v f="${2:-2}" '$1 == m { print $f }' "$results" | median; }

# The remote and the copier, once each: GB/s.
bounds() {
  local way to seconds
  for way in remote copier; do
    [ "$way" = remote ] && to=- || to=$place/out
    warm_remote "${below[@]}"
    mount_slow "$BENCH_DIR/four" "$latency" "$bandwidth"
    take_memory
    seconds=$("$meter" pull 32 4 "$to" "${shards[@]}")
    unmount
    rm -f "$place"/out/*
    sync -f "$place"
    echo "$way $(calc "$bytes / 1e9 / $seconds")" >>"$results"
  done
  seconds=$(dd if=/dev/zero of="$place/out/direct" bs=8M count=256 oflag=direct 2>&1 | sed -n 's/.* \([0-9.]*\) s,.*/\1/p')
  rm -f "$place/out/direct"
  echo "disk $(calc "2.147483648 / $seconds")" >>"$results"
}

far_loads() { # HOW
  warm_remote "${smallBelow[@]}"
  mount_slow "$BENCH_DIR/small" "$latency" "$bandwidth"
  measure without "$1" "${shards[@]}"
  unmount
  warm_remote "${below[@]}"
  mount_slow "$BENCH_DIR/four" "$latency" "$bandwidth"
  write_config "$mountpoint" load-and-release '{}'
  start_daemon --config "$config"
  take_memory
  measure prefetch "$1" "${shards[@]}"
  stop_daemon
  unmount
}

mirror_loads() { # HOW
  warm_remote "${below[@]}"
  mount_slow "$BENCH_DIR/four" "$latency" "$bandwidth"
  start_mirror
  take_memory
  local ticks
  ticks=$(daemon_ticks)
  read -r _ us ni sy idleBefore _ </proc/stat
  busyBefore=$((us + ni + sy))
  measure cold "$1" "${files[@]}"
  read -r _ us ni sy idleAfter _ </proc/stat
  echo "busy.$1 $(calc "(($us + $ni + $sy) - $busyBefore) / (($us + $ni + $sy) - $busyBefore + $idleAfter - $idleBefore)")" >>"$results"
  complete
  echo "ticks.$1 $(($(daemon_ticks) - ticks))" >>"$results"
  sleep 1 # the remote's descriptors are closed
  unmount
  echo "asked.$1 $(sed -n 's/.* \([0-9]*\) bytes.*/\1/p' "$served")" >>"$results"
  for which in warm plain plain warm; do
    local from=("${files[@]}")
    [ $which = warm ] || from=("$plain"/*.safetensors)
    evict "${from[@]}"
    take_memory
    measure $which "$1" "${from[@]}"
  done
  evict "${files[@]}" "$plain"/*.safetensors
  stop_daemon
}

loads() {
  [ -e "$plain/config.json" ] || cp "${below[@]}" "$BENCH_DIR/four/config.json" "$plain/" && sync -f "$plain"
  for storage in $STORAGE; do
    latency=${storage%:*}
    bandwidth=${storage#*:}
    cap=$(calc "${bandwidth%G}")
    results=$run/mirror.$latency
    : >"$results"
    for ((round = 1; round <= ROUNDS; round++)); do
      progress "$((latency / 1000)) ms, $cap GB/s: round $round, load $(cut -d' ' -f1 /proc/loadavg)"
      bounds
      for how in $HOWS; do
        far_loads "$how"
        mirror_loads "$how"
      done
    done
    tell_loads
  done
}

tell_loads() {
  local name="$((latency / 1000)) ms, $cap GB/s" how way
  echo "$(calc "$bytes / 1e9") GB in four shards, $((latency / 1000)) ms a request, cap $cap GB/s, $ROUNDS rounds, medians"
  echo
  echo "| loader | from | GB/s | of the cap | of the copier | of plain | times without |"
  echo "|---|---|---:|---:|---:|---:|---:|"
  for how in $HOWS; do
    for way in without prefetch cold warm plain; do
      case $way in
      without) name_of="the slow mount, without nowake" ;;
      prefetch) name_of="the slow mount, prefetched into page cache" ;;
      cold) name_of="a cold mirror" ;;
      warm) name_of="a warm mirror, remote unmounted" ;;
      plain) name_of="a copy on the local disk" ;;
      esac
      local speed
      speed=$(of "$way.$how")
      echo "| $how | $name_of | $speed | $(calc "$speed / $cap") | $(calc "$speed / $(of copier)") |" \
        "$(calc "$speed / $(of "plain.$how")") | $(calc "$speed / $(of "without.$how")") |"
    done
  done
  echo
  echo "The machine: remote read and thrown away $(of remote) GB/s, copier $(of copier) GB/s, dd to the disk with O_DIRECT" \
    "$(of disk) GB/s. CPU of the daemon for a cold load, saving included:" \
    "$(for how in $HOWS; do echo "$(calc "$(of "ticks.$how") / 100 / $bytes * 1e9") s/GB ($how)"; done | paste -sd, | sed 's/,/, /g')." \
    "Of the processors all programs together used $(for how in $HOWS; do echo "$(of "busy.$how") ($how)"; done | paste -sd, | sed 's/,/, /g')."
  echo
  for how in $HOWS; do
    target "$name, $how: cold mirror, of the cap" "$(calc "$(of "cold.$how") / $cap")" at-least 0.9
    target "$name, $how: cold mirror, of the copier" "$(calc "$(of "cold.$how") / $(of copier)")" at-least 0.9
    target "$name, $how: cold mirror, times without nowake" "$(calc "$(of "cold.$how") / $(of "without.$how")")" at-least 11
    target "$name, $how: warm mirror, of the local disk" "$(calc "$(of "warm.$how") / $(of "plain.$how")")" at-least 0.97
    target "$name, $how: bytes asked of the remote, of the model's" "$(calc "$(of "asked.$how") / $bytes")" at-most 1
  done
}

# Reads that find everything in page cache: of a file of nobody's, of a complete one, of what is there of an incomplete one.
reads() {
  results=$run/mirror.reads
  : >"$results"
  latency=2000 bandwidth=200M
  cp "${below[0]}" "$plain/one"
  warm_remote "${below[@]}"
  mount_slow "$BENCH_DIR/four" $latency $bandwidth
  start_mirror "lookahead: 0"
  cat "${files[0]}" >/dev/null
  until grep -q '"event":"complete"' "$state/journal.jsonl"; do sleep 0.1; done
  head -c 100M "${files[1]}" >/dev/null
  kill -USR1 "$server" # the rest of the file does not come for now
  sleep 0.5            # what is said to be written is
  ! grep -q "complete.*$(basename "${files[1]}")" "$state/journal.jsonl" || die "the file came too fast"
  for ((round = 0; round <= 3 * ROUNDS; round++)); do
    for which in unmarked:"$plain/one" complete:"${files[0]}" incomplete:"${files[1]}"; do
      figures=$("$meter" reads 1000 64 "${which#*:}")
      [ "$round" = 0 ] || echo "${which%%:*} $figures" >>"$results"
    done
    for which in unmarked:"$plain/one" complete:"${files[0]}"; do
      [ "$round" = 0 ] || echo "open-${which%%:*} $("$tools" opens 1000 "${which#*:}")" >>"$results"
    done
  done
  kill -USR2 "$server"
  stop_daemon
  unmount
  rm "$plain/one"
  echo "1000 reads of 1 MiB in page cache, 64 MiB of a file, $((3 * ROUNDS)) rounds in turns, medians"
  echo
  echo "| file | us per read, median | mean | of unmarked |"
  echo "|---|---:|---:|---:|"
  for which in unmarked complete incomplete; do
    echo "| $which | $(of $which) | $(of $which 3) | $(calc "$(of $which) / $(of unmarked)") |"
  done
  echo
  echo "open() of an unmarked file $(calc "$(of open-unmarked) / 1000") us (median), of a complete one" \
    "$(calc "$(of open-complete) / 1000") us; p99 $(calc "$(of open-unmarked 3) / 1000") and $(calc "$(of open-complete 3) / 1000") us."
  echo
  target "reads of a complete file, of an unmarked one's time" "$(calc "$(of complete) / $(of unmarked)")" at-most 1.05
}

# All at once, each all of the model.
readers() {
  local many=100 pids=() how
  mapfile -t below < <(model "$BENCH_DIR/half" 512MiB 4)
  local bytes
  bytes=$(stat -c %s "${below[@]}" | awk '{ all += $1 } END { printf "%.0f\n", all }')
  for how in $HOWS; do
    warm_remote "${below[@]}"
    mount_slow "$BENCH_DIR/half" 10000 2G
    start_mirror
    pids=()
    local started
    started=$("$tools" now)
    for ((i = 0; i < many; i++)); do
      "$loader" "$how" "${files[@]}" >"$run/reader.$i" &
      pids+=($!)
    done
    wait "${pids[@]}" || die "a reader failed"
    seconds=$(calc "($("$tools" now) - $started) / 1e9")
    complete
    stop_daemon
    unmount
    asked=$(sed -n 's/.* \([0-9]*\) bytes.*/\1/p' "$served")
    sums=$(sed -n 's/.*"checksum":"\([^"]*\)".*/\1/p' "$run"/reader.* | sort -u | wc -l)
    echo "$many readers ($how) of one cold model of $bytes bytes, 10 ms, 2 GB/s: $seconds s, $asked bytes asked of the remote," \
      "$sums different checksums (1: all got the same)."
    target "$many readers ($how) of a cold model: bytes asked of the remote, of the model's" "$(calc "$asked / $bytes")" at-most 1
    rm -f "$run"/reader.*
  done
  echo
}

for part in $PARTS; do "$part"; done
finish
