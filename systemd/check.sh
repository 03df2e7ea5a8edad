#!/bin/bash
# Tries the shipped unit under a real systemd (box.sh), with the program at its installed paths: start, loads, reload, watchdog,
# crash, stop. Needs root and loop devices; takes about a minute.
#
# usage: systemd/check.sh [--classpath PATH:PATH...]    (default: what ./mvnw package built)
#
# NOWAKE_JAVA  the home of a Java 25, as for nowake itself
# exit: 0 all is as it should be, 1 something is not, 2 it could not be tried
set -eu
here=$(dirname "$(readlink -f "$0")")

# ---- in the container ----

. "$here/check-mirror.sh"

fail() { echo "failed: $*" >&2; systemctl status --no-pager nowake.service | cut -c1-160 >&2 || :; tail -n 20 /var/lib/nowake/journal.jsonl >&2 || :; exit 1; }
good() { echo "ok $*"; }
property() { systemctl show -P "$1" nowake.service; }
status_has() { [[ $(property StatusText) == *"$1"* ]]; }
awaits() { # SECONDS WHAT COMMAND...
  local seconds=$1 end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    [ $SECONDS -le $end ] || fail "$what: not within $seconds s"
    sleep 0.1
  done
}
journal_has() { [ "$(grep -c "\"kind\":\"$1\"" /var/lib/nowake/journal.jsonl)" -ge "$2" ]; }
resident() { nowake residency --output json "$1" | tr ',{}' '\n\n\n' | sed -n 's/^"residentBytes"://p' | tail -n 1; }
is_gone() { [ "$(resident "$1")" = 0 ]; }
is_there() { [ "$(resident "$1")" -ge "$2" ]; }

# A reader that opens the first shard alone: what comes of the others is nowake's doing.
load_of() { # FOLDER BYTES
  local shard reader loads
  shard=$(find "$1" -name '*00001-of-*.safetensors' | head -n 1)
  loads=$(grep -c '"kind":"done"' /var/lib/nowake/journal.jsonl) || :
  sleep 60 <"$shard" &
  reader=$!
  awaits 20 "prefetch of $1" is_there "$1" "$2"
  kill $reader
  wait $reader 2>/dev/null || :
  awaits 10 "the end of the load of $1" journal_has done $((loads + 1))
  awaits 10 "release of $1" is_gone "$1"
}

configuration() { # MODE ROOT...
  printf 'mode: %s\nroots:\n' "$1" >/etc/nowake/nowake.yaml
  shift
  printf '  - path: %s\n' "$@" >>/etc/nowake/nowake.yaml
}

restarted() { # MORE_THAN OLD_PID
  [ "$(property NRestarts)" -gt "$1" ] && [ "$(property ActiveState)" = active ] && [ "$(property MainPID)" != "$2" ]
}

inside() {
  local most=$1 bytes=$2 pid restarts
  hub=/root/.cache/huggingface
  mkdir -p /etc/nowake/conf.d /srv/models
  # not before there is a configuration: a first boot starts every unit there is
  cp /opt/nowake/nowake.service /etc/systemd/system/
  systemctl daemon-reload
  systemd-sysusers /opt/nowake/package/nowake.sysusers
  configuration enforce $hub /srv/models

  systemd-analyze verify nowake.service 2>&1 | grep -v 'man nowake\|nowake(1)' >/tmp/verify || :
  [ ! -s /tmp/verify ] || fail "systemd-analyze verify: $(cat /tmp/verify)"
  exposure=$(systemd-analyze security --offline=true nowake.service | sed -n 's/.*exposure level for nowake.service: \([0-9.]*\).*/\1/p')
  [ "${exposure/./}" -le "${most/./}" ] || fail "exposure is $exposure, more than $most"
  good "the unit is valid, exposure $exposure"

  systemctl start nowake || fail "start"
  awaits 5 "the journal's first line" journal_has start 1
  [ "$(property StatusText)" = "enforce: 2 roots, 1 model; no load under way, 0 B prefetched" ] || fail "status: $(property StatusText)"
  good "start: active when it is ready: $(property StatusText)"

  nowake pause >/dev/null
  awaits 10 "the status line of a pause" status_has "paused, nothing is done: 2 roots"
  nowake resume >/dev/null
  load_of $hub "$bytes"
  good "a load from a home folder is prefetched and released"

  mount /dev/nowake-check /srv/models
  load_of /srv/models "$bytes"
  awaits 10 "unmount" umount /srv/models
  mount /dev/nowake-check /srv/models
  load_of /srv/models "$bytes"
  awaits 10 "unmount" umount /srv/models
  good "loads from a mount made after the start are prefetched and released, and it is never busy for long"

  configuration enforce $hub /opt/other
  systemctl reload nowake || fail "reload"
  load_of /opt/other "$bytes"
  printf 'rots: []\n' >>/etc/nowake/nowake.yaml
  ! systemctl reload nowake 2>/dev/null || fail "a wrong configuration was taken"
  [ "$(property ActiveState)" = active ] || fail "it did not outlive a wrong configuration"
  status_has "nowake.yaml:5: " || fail "status does not tell of the wrong configuration: $(property StatusText)"
  load_of /opt/other "$bytes"
  configuration observe $hub
  kill -HUP "$(property MainPID)"
  awaits 10 "SIGHUP" status_has "observe: 1 root, 1 model"
  good "reload: a new root works, a wrong configuration is refused, SIGHUP reloads"

  mkdir -p /run/systemd/system/nowake.service.d
  printf '[Service]\nWatchdogSec=2\n' >/run/systemd/system/nowake.service.d/soon.conf
  systemctl daemon-reload
  systemctl restart nowake || fail "restart"
  pid=$(property MainPID) restarts=$(property NRestarts)
  sleep 4
  [ "$(property MainPID)" = "$pid" ] || fail "the watchdog is not fed"
  kill -STOP "$pid"
  awaits 15 "watchdog" restarted "$restarts" "$pid"
  good "watchdog: a daemon that does nothing is killed and started again"

  pid=$(property MainPID) restarts=$(property NRestarts)
  kill -KILL "$pid"
  awaits 15 "start after a crash" restarted "$restarts" "$pid"
  nowake status >/dev/null || fail "no answer after a crash"
  good "crash: it is started again"

  began=$(date +%s%N)
  systemctl stop nowake || fail "stop"
  took=$((($(date +%s%N) - began) / 1000000))
  [ $took -lt 3000 ] || fail "it took $took ms to stop"
  [ "$(property Result)" = success ] || fail "it ended with $(property Result)"
  [ ! -e /run/nowake/nowake.sock ] || fail "its socket is left"
  [ -z "$(cat /sys/fs/cgroup/system.slice/nowake.service/cgroup.procs 2>/dev/null)" ] || fail "a process is left"
  good "stop: in $took ms, and nothing is left"
  mirror_steps
}

if [ "${1:-}" = inside ]; then
  shift
  inside "$@"
  exit 0
fi

# ---- on the host ----

cannot() { echo "check.sh: $*" >&2; exit 2; }
classpath=
case ${1:-} in
--classpath) classpath=$2 ;;
'') for jar in "$here"/../agent/target/nowake/lib/*.jar; do classpath=$classpath${classpath:+:}$jar; done ;;
*) sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0" >&2; exit 2 ;;
esac
java=
for home in "${NOWAKE_JAVA:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*25*; do
  [ -n "$java" ] || ! grep -qs '^JAVA_VERSION="25' "$home/release" || java=$home/bin/java
done
[ -n "$java" ] || cannot "no Java 25: set NOWAKE_JAVA"
[ "$(id -u)" = 0 ] || cannot "needs root"

work=$(mktemp -d "${TMPDIR:-/var/tmp}/nowake-check.XXXXXX")
loop='' disk=''
clean_up() {
  ! mountpoint -q "$work/mnt" || umount "$work/mnt"
  [ -z "$loop" ] || losetup -d "$loop"
  [ -z "$disk" ] || losetup -d "$disk"
  rm -rf --one-file-system "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# As a package lays it out; folders of classes stand beside the jars.
mkdir -p "$work/lib" "$work/mnt" "$work/hub" "$work/other"
paths='' number=0
IFS=:
for path in $classpath; do
  [ -e "$path" ] || continue
  number=$((number + 1))
  cp -R "$path" "$work/lib/$number-${path##*/}"
  paths=$paths${paths:+:}/usr/lib/nowake/lib/$number-${path##*/}
done
unset IFS
runtime=$(dirname "$(dirname "$java")")
cat >"$work/nowake" <<END
#!/bin/sh
export LC_ALL=C.UTF-8
exec /usr/lib/nowake/runtime/bin/java -XX:+UseSerialGC -Xmx128m -XX:-UsePerfData -XX:TieredStopAtLevel=1 \\
  --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -cp $paths dev.nowake.agent.cli.Main "\$@"
END
chmod 755 "$work/nowake"

model() { # FOLDER
  "$java" -cp "$classpath" dev.nowake.samples.ModelMaker "$1" --size 24MiB --shards 3 --sync >/dev/null
}
truncate -s 64M "$work/image"
mkfs.ext4 -q "$work/image"
loop=$(losetup -f --show "$work/image") || cannot "no loop device"
mount "$loop" "$work/mnt"
model "$work/mnt/llama"
umount "$work/mnt"
truncate -s 512M "$work/disk"
mkfs.ext4 -q "$work/disk"
disk=$(losetup -f --show "$work/disk") || cannot "no loop device"
slowfs=$("$here/../samples/slowfs/build.sh" "$work/slowfs") || cannot "no slow filesystem"
model "$work/hub/llama"
model "$work/other/llama"
chown -R 65534 "$work/hub" "$work/other" # models are not root's: their residency and release take a right of their own
find "$work/hub" "$work/other" -name '*.safetensors' -exec dd of={} oflag=nocache conv=notrunc,fdatasync count=0 status=none \;

"$here/box.sh" --timeout 180 --bind-ro "$here:/opt/nowake" \
  --bind-ro "$work/nowake:/usr/bin/nowake" --bind-ro "$work/lib:/usr/lib/nowake/lib" --bind-ro "$runtime:/usr/lib/nowake/runtime" \
  --bind "$work/hub:/root/.cache/huggingface" --bind "$work/other:/opt/other" --bind "$loop:/dev/nowake-check" \
  --bind "$disk:/dev/nowake-disk" --bind /dev/fuse --bind-ro "$slowfs:/opt/slowfs" \
  -- /opt/nowake/check.sh inside 3.5 $((22 << 20)) || exit 1
