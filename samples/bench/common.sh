# Sourced by the benchmark scripts. Sets up, measures and prints; each script says what.
#
#   NOWAKE      the launcher (default: the checkout's)
#   BENCH_DIR   where models are made; a local filesystem with room for them (default: samples/target/bench)
#   ROUNDS      how often each thing is measured (default 3); medians are printed
#   SIZE        of the model (each script has its default)
#
# "Cold" is always POSIX_FADV_DONTNEED on the model's own files, checked: no cache but the model's is touched.
set -euo pipefail
export LC_ALL=C.UTF-8
bench=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
checkout=$(cd "$bench/../.." && pwd)
NOWAKE=${NOWAKE:-$checkout/nowake}
BENCH_DIR=${BENCH_DIR:-$checkout/samples/target/bench}
ROUNDS=${ROUNDS:-3}
tools=$BENCH_DIR/bin/tools
lost=()
daemon=

die() {
  echo "${0##*/}: $*" >&2
  exit 1
}

[ "$(id -u)" = 0 ] || die "needs root"
mkdir -p "$BENCH_DIR/bin"

# need COMMAND PACKAGE
need() {
  command -v "$1" >/dev/null && return
  DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends "$2" >&2 ||
    die "needs $1: apt install $2"
}

need gcc gcc
if [ ! -x "$tools" ] || [ "$bench/tools.c" -nt "$tools" ]; then
  gcc -std=gnu17 -O2 -Wall -Wextra -pthread -o "$tools" "$bench/tools.c"
fi

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
  state=$(mktemp -d "$BENCH_DIR/state.XXXXXX")
  socket=$state/socket
  local started
  started=$("$tools" now)
  : >"$state/out"
  "$NOWAKE" run "$@" --state-dir "$state" --socket "$socket" >"$state/out" 2>"$state/err" &
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
  wait "$daemon" 2>/dev/null || :
  daemon=
  rm -rf "$state"
}

# Scripts add what they have to undo to cleanup().
cleanup() { :; }
trap 'stop_daemon; cleanup' EXIT
trap 'exit 130' INT TERM
