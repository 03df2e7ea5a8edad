# Sourced after common.sh by the scripts that need storage far away. They unmount in their cleanup.
slowfs=$("$checkout/samples/slowfs/build.sh" "$BENCH_DIR/bin")
mountpoint=$run/mount
served=$run/served
server=
mkdir "$mountpoint"

# mount_slow FOLDER LATENCY_US BANDWIDTH [OPTION...]: sets shards.
mount_slow() {
  : >"$run/mounted"
  # it unmounts and ends with this script, also when that is killed
  setpriv --pdeathsig TERM "$slowfs" --latency-us "$2" --bandwidth "$3" "${@:4}" "$1" "$mountpoint" >"$run/mounted" 2>"$served" &
  server=$!
  while ! grep -q READY "$run/mounted"; do
    kill -0 "$server" 2>/dev/null || die "slowfs ended: $(cat "$served")"
    sleep 0.01
  done
  shards=("$mountpoint"/*.safetensors)
}

# What the server has to say of itself is in $served afterwards, until the next mount.
unmount() {
  [ -n "$server" ] || return 0
  kill "$server" 2>/dev/null || :
  wait "$server" 2>/dev/null || :
  server=
}
