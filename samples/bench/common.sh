# Sourced by the benchmark scripts. Sets up, measures and prints; each script says what.
#
#   NOWAKE      the launcher (default: the checkout's)
#   BENCH_DIR   where models are made; a local filesystem with room for them (default: samples/target/bench)
#   ROUNDS      how often each thing is measured (default 3); medians are printed
#   SIZE        of the model (each script has its default)
#
# What a script notes down is in $run, which is gone when it ends. "Cold" is always POSIX_FADV_DONTNEED on the model's own
# files, checked: no cache but the model's is touched.
set -euo pipefail
export LC_ALL=C.UTF-8
bench=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
checkout=$(cd "$bench/../.." && pwd)
NOWAKE=${NOWAKE:-$checkout/nowake}
BENCH_DIR=${BENCH_DIR:-$checkout/samples/target/bench}
ROUNDS=${ROUNDS:-3}
lost=()
daemon=

die() {
  echo "${0##*/}: $*" >&2
  exit 1
}

[ "$(id -u)" = 0 ] || die "needs root"
mkdir -p "$BENCH_DIR/bin"

# What scripts that were killed have left: state.PID.* and run.PID.
for left in "$BENCH_DIR"/state.* "$BENCH_DIR"/run.*; do
  of=${left#"$BENCH_DIR"/*.}
  [ -d "$left" ] && ! kill -0 "${of%%.*}" 2>/dev/null || continue
  umount -l "$left/mount" 2>/dev/null || :
  rm -rf --one-file-system "$left"
done
run=$BENCH_DIR/run.$$
mkdir "$run"

# need COMMAND PACKAGE
need() {
  command -v "$1" >/dev/null && return
  DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends "$2" >&2 ||
    die "needs $1: apt install $2"
}

need gcc gcc
need setpriv util-linux

# compiled NAME: the path of NAME.c as a program.
compiled() {
  local program=$BENCH_DIR/bin/$1
  if [ ! -x "$program" ] || [ "$bench/$1.c" -nt "$program" ] || [ "$bench/bench.h" -nt "$program" ]; then
    gcc -std=gnu17 -O2 -Wall -Wextra -pthread -o "$program.$$" "$bench/$1.c" || die "$1.c does not compile"
    mv "$program.$$" "$program"
  fi
  echo "$program"
}
tools=$(compiled tools)
# Before what needs much memory: see tools.c.
take_memory() { "$tools" touch; }

# The launcher's first start builds; a benchmark is not to measure that.
"$NOWAKE" --version >/dev/null 2>&1 || "$NOWAKE" --help >/dev/null || die "$NOWAKE does not start"

# The samples module under the JVM that the launcher would choose.
samples() {
  local java
  for java in "${NOWAKE_JAVA:+${NOWAKE_JAVA%/bin/java}/bin/java}" "${JAVA_HOME:-/nonexistent}/bin/java" /usr/lib/jvm/*25*/bin/java; do
    [ -x "$java" ] && break
  done
  local class=$1
  shift
  "$java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx128m -cp "$(echo "$checkout"/agent/target/nowake/lib/samples-*.jar)" \
    "dev.nowake.samples.$class" "$@"
}

# model FOLDER SIZE SHARDS: prints the shards; made once and kept for the next run.
model() {
  if [ ! -e "$1/.made-$2-$3" ]; then
    rm -rf "$1"
    samples ModelMaker "$1" --size "$2" --shards "$3" --content cold >/dev/null
    touch "$1/.made-$2-$3"
  fi
  ls "$1"/*.safetensors
}

# field NAME: the number of a flat JSON document on stdin; nothing deeper is needed here.
field() {
  sed -n 's/.*"'"$1"'" *: *"\{0,1\}\([^",}]*\).*/\1/p' | head -1
}

median() {
  sort -g | awk '{ v[NR] = $1 } END { if (NR % 2) print v[(NR + 1) / 2]; else print (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# percentile P
percentile() {
  sort -g | awk -v p="$1" '{ v[NR] = $1 } END { i = int(NR * p / 100 + 0.999999); if (i < 1) i = 1; if (i > NR) i = NR; print v[i] }'
}

calc() {
  awk "BEGIN { printf \"%.4g\", ($*) }"
}

# target NAME VALUE at-least|at-most LIMIT: a row of the table of targets; a missed one is listed at the end.
target() {
  local met
  case $3 in
  at-least) met=$(awk "BEGIN { print (($2 >= $4) ? \"yes\" : \"**no**\") }") ;;
  at-most) met=$(awk "BEGIN { print (($2 <= $4) ? \"yes\" : \"**no**\") }") ;;
  esac
  targets+="| $1 | $2 | ${3/-/ } $4 | $met |"$'\n'
  [ "$met" = yes ] || lost+=("$1: $2, wanted ${3/-/ } $4")
}
targets=

# Prints the targets and the losing numbers; a script's last command.
finish() {
  printf '\n| target | measured | wanted | met |\n|---|---:|---:|---|\n%s' "$targets"
  if [ ${#lost[@]} -gt 0 ]; then
    printf '\nLost:\n'
    printf -- '- %s\n' "${lost[@]}"
  fi
}

# start_daemon OPTION...: sets daemon (its pid), socket, state and readyNanos (from start to the line "ready").
start_daemon() {
  state=$(mktemp -d "$BENCH_DIR/state.$$.XXXXXX")
  socket=$state/socket
  local started
  started=$("$tools" now)
  : >"$state/out"
  # it ends with this script, also when that is killed
  setpriv --pdeathsig KILL "$NOWAKE" run "$@" --state-dir "$state" --socket "$socket" >"$state/out" 2>"$state/err" &
  daemon=$!
  while ! grep -qx ready "$state/out"; do
    kill -0 "$daemon" 2>/dev/null || die "the daemon ended: $(cat "$state/err")"
    [ $(($("$tools" now) - started)) -lt 30000000000 ] || die "the daemon is not ready after 30 s"
    sleep 0.01
  done
  readyNanos=$(($("$tools" now) - started))
}

stop_daemon() {
  [ -n "$daemon" ] || return 0
  kill "$daemon" 2>/dev/null || :
  kill -CONT "$daemon" 2>/dev/null || : # one that was stopped would not end
  wait "$daemon" 2>/dev/null || :
  daemon=
  rm -rf "$state"
}

# Scripts add what they have to undo to cleanup().
cleanup() { :; }
trap 'stop_daemon; cleanup; rm -rf --one-file-system "$run"' EXIT
trap 'exit 130' INT TERM
