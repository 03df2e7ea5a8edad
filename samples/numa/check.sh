#!/bin/sh
# In the guest: node 0 has CPUs 0 and 1, node 1 has 2 and 3. Each model has a reader that holds its first shard open and
# reads nothing, so that what is resident was prefetched, or was there before.
export PATH=/bin HOME=/tmp
cd /tmp || exit 1
models=/models

# Compiled code of the better compiler, and vector code, die with SIGILL under emulation at times.
nowake() {
  /java/bin/java -XX:TieredStopAtLevel=1 -XX:UseAVX=0 -XX:+UseSerialGC -Xmx128m -XX:-UsePerfData \
    --enable-native-access=ALL-UNNAMED -cp "$(echo /nowake/*.jar | tr ' ' ':')" dev.nowake.agent.cli.Main \
    --state-dir /tmp/state --socket /tmp/nowake.sock "$@"
}

# Opens a model and keeps it open; $1 is the model, the rest a command that binds it.
reader() {
  model=$1
  shift
  "$@" sh -c 'exec 3<"$0"; exec sleep 600' "$models/$model/model-00001-of-00002.safetensors" &
}

in_cgroup() {
  sh -c 'echo $$ >/sys/fs/cgroup/node1/cgroup.procs; exec "$0" "$@"' "$@"
}

# As storage for models is set up: with a large window the kernel makes large folios, where it can.
for window in /sys/class/bdi/*/read_ahead_kb; do echo 8192 >"$window"; done

# There before the load, on node 0.
for model in keep move moved; do
  taskset 3 cat "$models/$model"/*.safetensors >/dev/null
done

# Each load tells its outcome once all of it was asked for.
await_outcomes() {
  tries=0
  until [ "$(grep -c '"kind":"outcome"' state/journal.jsonl)" -ge "$1" ] || [ $tries -ge 200 ]; do
    tries=$((tries + 1))
    sleep 1
  done
}

nowake run --config /nowake.yaml >run.out 2>run.err &
tries=0
until grep -q ready run.out; do
  tries=$((tries + 1))
  [ $tries -lt 300 ] || { echo "nowake does not become ready"; cat run.err; exit 1; }
  sleep 1
done

echo +cpuset >/sys/fs/cgroup/cgroup.subtree_control
mkdir /sys/fs/cgroup/node1
echo 1 >/sys/fs/cgroup/node1/cpuset.mems

reader affinity taskset c
await_outcomes 1
# Threads that fetched for a reader on node 1, as they are left: they run on its CPUs until another load wants them.
for thread in /proc/"$(pidof java)"/task/*; do
  case $(cat "$thread/comm") in
    nowake-io-*) sed -n 's/^Cpus_allowed_list:[[:space:]]*/thread /p' "$thread/status" ;;
  esac
done

reader cpuset in_cgroup
reader rule taskset 3
reader spread taskset 3
reader keep taskset c
reader move taskset c
reader moved taskset c
await_outcomes 7
echo "kernel $(uname -r)"
nowake residency --nodes --output json $models
grep '"kind":"\(plan\|outcome\|error\)"' state/journal.jsonl
cat run.err
echo end
