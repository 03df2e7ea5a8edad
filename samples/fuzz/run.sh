#!/bin/sh
# Fuzzes what reads other people's bytes, guided by coverage: headers of weight files, /proc and /sys, configurations, traces and
# journals. Inputs worth keeping go to target/fuzz; what breaks a promise lies there as crash-*. docs/reliability.md has figures.
#
#   samples/fuzz/run.sh [--seconds N] [--keep] [headers|proc|text ...]
#
# --seconds  for each target, default 300
# --keep     adds what was found to the inputs that the tests run, those that show something new alone
set -eu
cd "$(dirname "$0")/../.."
seconds=300 keep=no targets=
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) seconds=$2; shift ;;
    --keep) keep=yes ;;
    headers | proc | text) targets="$targets $1" ;;
    *) sed -n '5,8s/^# *//p' "$0" >&2; exit 2 ;;
  esac
  shift
done
jazzer=0.30.0
repository=${MAVEN_REPOSITORY:-$HOME/.m2/repository}
./mvnw -q dependency:get -Dartifact=com.code-intelligence:jazzer:$jazzer
./mvnw -q -pl agent -am test-compile dependency:build-classpath -Dmdep.outputFile=target/fuzz-classpath
classpath=$(cat agent/target/fuzz-classpath)
for module in native-bindings policies agent; do
  classpath=$module/target/test-classes:$module/target/classes:$classpath
done
for part in jazzer jazzer-api; do
  classpath=$repository/com/code-intelligence/$part/$jazzer/$part-$jazzer.jar:$classpath
done
fuzz() { # CLASS ARGUMENT...
  class=$1
  shift
  java -Xmx1g -XX:+EnableDynamicAgentLoading --sun-misc-unsafe-memory-access=allow -cp "$classpath" \
    com.code_intelligence.jazzer.Jazzer --target_class="$class" --instrumentation_includes='dev.nowake.**' \
    --disabled_hooks='com.code_intelligence.jazzer.sanitizers.*' --keep_going=100 --reproducer_path=target/fuzz \
    -artifact_prefix=target/fuzz/ "$@"
}
for target in ${targets:-headers proc text}; do
  case $target in
    headers) class=dev.nowake.model.format.FuzzedHeaders module=policies ;;
    proc) class=dev.nowake.kernel.proc.FuzzedProc module=native-bindings ;;
    text) class=dev.nowake.agent.observe.FuzzedText module=agent ;;
  esac
  kept=$module/src/test/resources/fuzz/$target found=target/fuzz/$target
  mkdir -p "$found"
  [ $target != headers ] || java -cp "$classpath" dev.nowake.model.format.FuzzedHeadersTest "$found"
  fuzz $class -max_total_time="$seconds" -max_len=2048 "$found" "$kept" || echo "$target: broken promises, see target/fuzz/crash-*" >&2
  [ $keep = no ] || fuzz $class -merge=1 -max_len=512 "$kept" "$found"
done
