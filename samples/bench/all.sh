#!/bin/bash
# Runs every benchmark after the other and prints one document; docs/benchmarks.md keeps the last one. Takes about ten
# minutes. Arguments name the ones to run (default: all but uma, which takes all of the host's memory and three minutes).
. "$(dirname "$(readlink -f "$0")")/common.sh"
[ $# -gt 0 ] || set -- prefetch slow-storage latency opens release idle policies scripts
echo "Host: Linux $(uname -r), $(nproc) CPUs, $(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)," \
  "$(findmnt -no FSTYPE -T "$BENCH_DIR") on $(findmnt -no SOURCE -T "$BENCH_DIR"), load $(cut -d' ' -f1 /proc/loadavg) at the start."
for name; do
  printf '\n## %s\n\n' "$name"
  "$bench/$name.sh" || echo "(ended with exit code $?)"
done
