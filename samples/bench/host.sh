# Sourced after common.sh by the scripts that watch a host's memory while models are loaded. They call end_host in their
# cleanup.
loader=$(compiled loader)
tenantsProgram=$(compiled tenants)
ballastProgram=$(compiled ballast)
ballast=
loading=
reply=

progress() { echo "${0##*/}: $(date +%T) $*" >&2; }

# mib SIZE: 4GiB or 512MiB as a number of MiB.
mib() {
  case $1 in
  *GiB) echo $((${1%GiB} * 1024)) ;;
  *MiB) echo "${1%MiB}" ;;
  *) die "$1 is no size: write 4GiB or 512MiB" ;;
  esac
}

# in_mib: bytes on stdin
in_mib() { awk '{ printf "%.0f\n", $1 / 1048576 }'; }

# value KEY: of lines KEY=VALUE KEY=VALUE ... on stdin.
value() { sed -n 's/.*\b'"$1"'=\([^ ]*\).*/\1/p'; }

# start_tenants SHARD...: before the daemon, whose business their opens are not.
start_tenants() {
  coproc tenants { exec "$tenantsProgram" "$BENCH_DIR" 256 "$@"; }
  # bash forgets a coprocess that has ended, descriptors and all
  exec {toTenants}>&"${tenants[1]}" {fromTenants}<&"${tenants[0]}"
  trap : PIPE
  read -r -t 60 reply <&"$fromTenants" || die "the host's tenants do not start"
}

# ask COMMAND...: of the tenants; sets reply.
ask() {
  { echo "$*" >&"$toTenants"; } 2>/dev/null || die "the host's tenants have ended"
  read -r -t 300 reply <&"$fromTenants" || die "the host's tenants have ended at: $*"
  case $reply in error*) die "tenants: $*: $reply" ;; esac
}

# take_ballast FREE_MIB MOST_MIB [fragmented]
take_ballast() {
  : >"$run/ballast"
  "$ballastProgram" "$@" >"$run/ballast" 2>"$run/ballast.err" &
  ballast=$!
  progress "ballast until $1 MiB are free"
  ballast_ready 1
  progress "ballast: $(cut -d' ' -f2- "$run/ballast")"
}

ballast_ready() { # TIMES
  until [ "$(grep -c READY "$run/ballast")" -ge "$1" ]; do
    kill -0 "$ballast" 2>/dev/null || die "the ballast has ended: $(cat "$run/ballast.err")"
    sleep 0.1
  done
}

# Others have taken memory or given it back meanwhile.
trim_ballast() {
  [ -n "$ballast" ] || return 0
  local times
  times=$(grep -c READY "$run/ballast")
  kill -USR1 "$ballast" 2>/dev/null || die "the ballast was killed: too little memory"
  ballast_ready $((times + 1))
}

# Until the kernel counts nothing of reclaim for a second; whether it ever does is told by the window that follows.
settle() {
  local last=-1
  for ((tries = 0; tries < 20; tries++)); do
    ask counters
    [ "$reply" != "$last" ] || return 0
    last=$reply
    sleep 1
  done
  progress "the kernel goes on reclaiming"
}

# load WORD...: a loader to its end; its line is in $run/load.
load() {
  local code=0
  # to be waited for, so that a signal to this script is heard at once
  "$loader" "$@" >"$run/load" 2>"$run/load.err" &
  loading=$!
  wait "$loading" || code=$?
  loading=
  [ $code = 0 ] || die "the loader ended with $code: $(cat "$run/load.err")"
}

# The daemon's, by /proc: CPU ticks of 10 ms, and bytes it had read from storage.
daemon_ticks() { awk '{ print $14 + $15 }' "/proc/$daemon/stat"; }
# Those of the threads that follow readers and decide; what the kernel is asked to do is on others.
governing_ticks() {
  awk '{ n = split($0, a, ") "); split(a[2], b, " "); all += b[12] + b[13] } END { print all + 0 }' $(
    grep -lE '^nowake-(engine|follow|backgr|journal)' "/proc/$daemon"/task/*/comm | sed 's/comm$/stat/')
}
daemon_read_bytes() { awk '/^read_bytes/ { print $2 }' "/proc/$daemon/io"; }
daemon_lives() { kill -0 "$daemon" 2>/dev/null || die "the daemon ended: $(cat "$state/err")"; }

# write_config ROOT POLICY ARGS: sets config; checked, because what follows takes long.
write_config() {
  config=$run/nowake.yaml
  printf 'mode: enforce\nroots:\n- {path: %s, policy: %s, args: %s}\n' "$1" "$2" "$3" >"$config"
  "$NOWAKE" config check --config "$config" >"$run/check" 2>&1 || die "$(cat "$run/check")"
}

# with_window ARGS WINDOW: the arguments, with this window where they name none.
with_window() {
  case $1 in
  *window:*) echo "$1" ;;
  "{}") echo "{window: $2}" ;;
  "{"*"}") echo "{window: $2, ${1#\{}" ;;
  *) die "--args $1: write it as {name: value, ...}" ;;
  esac
}

# window_of ARGS
window_of() { sed 's/.*window: *\([^,}]*[^,} ]\).*/\1/' <<<"$1"; }

end_host() {
  local pid
  for pid in $loading $ballast ${tenants_PID:-}; do
    kill "$pid" 2>/dev/null || :
    wait "$pid" 2>/dev/null || :
  done
  loading='' ballast=''
}
