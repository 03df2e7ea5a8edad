# Mirrors under the shipped unit: sourced by check.sh, in its container. The remote folder is a mount of the project's slow
# filesystem made after the start, the local one lies on ext4; loaders are another user's.

remote=/mnt/remote
mirror=/srv/fast/models

mirror_load() { # NAME: the SHA-256 of what a loader finds, or its error
  setpriv --reuid 65534 --regid 65534 --clear-groups sha256sum "$mirror/$1" 2>&1 | sed 's/  .*//'
}
begin_load() { # NAME; what comes of it is in /tmp/loaded
  rm -f /tmp/loaded
  { mirror_load "$1" >/tmp/loading; mv /tmp/loading /tmp/loaded; } &
  awaits 10 "a loader opens $1" has_begun "$1"
}
has_begun() { [ -e /tmp/loaded ] || is_open "$1"; }
is_open() { find /proc/[0-9]*/fd -lname "*/$1*" 2>/dev/null | grep -q .; }
is_closed() { ! is_open "$1"; }
ends_right() { # NAME
  awaits 15 "the end of the load of $1" test -e /tmp/loaded
  [ "$(cat /tmp/loaded)" = "$(original "$1")" ] || fail "the load of $1: $(cat /tmp/loaded)"
}
original() { sha256sum "/srv/originals/$1" | sed 's/  .*//'; }
is_shown() { [ "$(stat -L -c %U "$mirror/$1" 2>/dev/null)" = nobody ]; }
keepers() { grep -lzx 'nowake-[k]eeper' /proc/[0-9]*/cmdline 2>/dev/null | cut -d / -f 3; }
only_keeper_runs() { # of the service; with what the keeper runs
  local pid
  pid=$(keepers)
  [ "$(sort /sys/fs/cgroup/system.slice/nowake.service/cgroup.procs)" = "$({
    echo "$pid"
    xargs -n 1 <"/proc/$pid/task/$pid/children"
  } | sort)" ]
}
has_keepers() { [ "$(keepers | wc -w)" = "$1" ]; }
mirror_has() { [ "$(grep -c "\"kind\":\"mirror\".*\"event\":\"$1\"" /var/lib/nowake/journal.jsonl)" -ge "$2" ]; }
mount_remote() { # BYTES_PER_SECOND
  /opt/slowfs --background --latency-us 500 --attr-seconds 0 --bandwidth "$1" /srv/originals $remote >/dev/null || fail "slowfs"
}

mirror_steps() {
  local pid restarts name
  mkdir -p /srv/fast /srv/originals/m $remote
  mount /dev/nowake-disk /srv/fast
  for name in 1 2 3 4; do head -c 24M /dev/urandom >/srv/originals/m/$name.safetensors; done
  chmod 600 /srv/originals/m/*
  chown -R 65534 /srv/originals/m
  cat >/etc/nowake/nowake.yaml <<YAML
roots: [{path: /root/.cache/huggingface, mode: observe}]
mirrors:
  - {remote: $remote, local: $mirror, mode: enforce, rescan: 1s, revalidate: 0s, lookahead: 0}
  - {remote: /srv/originals, local: /var/elsewhere, mode: enforce}
YAML
  systemctl start nowake || fail "start with a mirror"
  mount_remote 400M
  grep -q 'elsewhere.*add ReadWritePaths= to it' /var/lib/nowake/journal.jsonl || fail "not told of a folder that the unit forbids"
  awaits 10 "the remote's files" is_shown m/1.safetensors
  begin_load m/1.safetensors
  ends_right m/1.safetensors
  awaits 10 "unmount of the remote" umount $remote 2>/dev/null
  awaits 10 "the remote's absence" mirror_has unreachable 1
  begin_load m/1.safetensors
  ends_right m/1.safetensors
  mirror_load m/2.safetensors | grep -q 'Input/output error' || fail "what is missing, without the remote: $(mirror_load m/2.safetensors)"
  good "mirror: another user loads a file of a remote mounted after the start, and once more when the remote is gone"

  mount_remote 8M
  awaits 10 "the remote again" mirror_has reachable 1
  begin_load m/2.safetensors
  pid=$(property MainPID) restarts=$(property NRestarts)
  kill -KILL "$pid"
  has_keepers 1 || fail "the keeper went with the daemon"
  awaits 15 "start after a crash" restarted "$restarts" "$pid"
  ends_right m/2.safetensors
  awaits 10 "one keeper" has_keepers 1
  good "mirror: who waits while the daemon is killed gets the right bytes of the next one"

  begin_load m/3.safetensors
  systemctl stop nowake || fail "stop while a loader waits"
  [ ! -e /tmp/loaded ] || fail "the load ended with the daemon: $(cat /tmp/loaded)"
  [ ! -L $mirror ] || fail "the link is left"
  awaits 5 "nothing but the keeper" only_keeper_runs
  systemctl start nowake || fail "start where a loader waits"
  ends_right m/3.safetensors
  good "mirror: who waits while the service is restarted gets the right bytes"

  begin_load m/4.safetensors
  systemctl stop nowake || fail "stop while a loader waits"
  [ ! -e /tmp/loaded ] || fail "the load ended with the daemon: $(cat /tmp/loaded)"
  echo deny >"$(find /run/nowake/mirror -name '*.alive')"
  awaits 10 "the end of the load" test -e /tmp/loaded
  grep -q 'Input/output error' /tmp/loaded || fail "a load without a daemon: $(cat /tmp/loaded)"
  awaits 10 "the keeper's end" has_keepers 0
  [ -z "$(cat /sys/fs/cgroup/system.slice/nowake.service/cgroup.procs 2>/dev/null)" ] || fail "a process is left"
  [ -z "$(find /run/nowake/mirror -name '*.alive' -o -type l)" ] || fail "left: $(ls /run/nowake/mirror)"
  awaits 10 "unmount of the disk" umount /srv/fast
  good "mirror: without a next daemon a loader gets an error, and the keeper ends with it"
}
