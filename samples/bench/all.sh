#!/bin/bash
# Runs every benchmark after the other and prints one document; docs/benchmarks.md keeps the last one. Takes about half an
# hour: a dozen minutes are governor's, which fills memory for each of its hosts and loads in PAIRS (default 3) pairs, and
# five random's. Arguments name the ones to run (default: all but uma, which takes all of the host's memory and four minutes).
. "$(dirname "$(readlink -f "$0")")/common.sh"
[ $# -gt 0 ] || set -- prefetch slow-storage latency opens release idle policies scripts governor random ranks
echo "Host: Linux $(uname -r), $(nproc) CPUs, $(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)," \
  "$(findmnt -no FSTYPE -T "$BENCH_DIR") on $(findmnt -no SOURCE -T "$BENCH_DIR"), load $(cut -d' ' -f1 /proc/loadavg) at the start."
running=
cleanup() {
  [ -z "$running" ] || { kill "$running" && wait "$running"; } 2>/dev/null || :
}

# Waited for, not run in front: a signal is to end all of it at once.
run_one() { # NAME OPTION...
  echo
  setpriv --pdeathsig TERM "$bench/$1.sh" "${@:2}" &
  running=$!
  wait "$running" || echo "(ended with exit code $?)"
  running=
}
for name; do
  printf '\n## %s\n' "$name"
  case $name in
  governor)
    for host in ballast fragmented full; do run_one governor --pairs "${PAIRS:-3}" --host $host; done
    run_one governor --pairs "${PAIRS:-3}" --host full --args '{room: reclaim}'
    run_one governor --pairs "${PAIRS:-3}" --host ballast --how mmap --args '{mapped: pageout}'
    ;;
  *) run_one "$name" ;;
  esac
done
