#!/bin/bash
# What a policy's hooks cost, from input to steps: loading, warming up, median and p99 with 4 and 100 shards, memory.
# SETTLE  calls between the first and the last measurement of a hook (default 20000)
. "$(dirname "$(readlink -f "$0")")/common.sh"
for java in "${NOWAKE_JAVA:+${NOWAKE_JAVA%/bin/java}/bin/java}" "${JAVA_HOME:-/nonexistent}/bin/java" /usr/lib/jvm/*25*/bin/java; do
  [ -x "$java" ] && break
done
lib=${NOWAKE_LIB:-$checkout/agent/target/nowake/lib}
mkdir -p "$BENCH_DIR/classes"
"${java%java}javac" -d "$BENCH_DIR/classes" -cp "$lib/*" "$bench/PolicyHooks.java"
# The daemon's own flags.
"$java" -XX:+UseSerialGC -Xms8m -Xmx128m -XX:-UsePerfData --enable-native-access=ALL-UNNAMED \
  --sun-misc-unsafe-memory-access=allow -cp "$lib/*:$BENCH_DIR/classes" PolicyHooks "${SETTLE:-20000}"
