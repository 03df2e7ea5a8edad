#!/bin/bash
# Boots a real systemd as PID 1 in a container over this host's /usr, runs COMMAND in it as root once booting is done, and
# ends with COMMAND's exit code. What is written vanishes with the container: /etc, /var and / are new and empty, /usr is
# this host's with a layer over it. The container has every capability, no seccomp filter of its own, and this host's network.
#
# usage: systemd/box.sh [options] -- COMMAND [ARGUMENT...]
#   --bind FROM[:TO]     a folder, file or device of this host, writable, in the container (repeatable)
#   --bind-ro FROM[:TO]  the same for reading (repeatable)
#   --timeout SECONDS    for everything (default 120)
#   --verbose            the container's console on stderr
#
# exit: COMMAND's code, 124 not done in time, 125 systemd did not boot, 2 wrong use
set -u
fail() { echo "box.sh: $2" >&2; exit "$1"; }

binds=() timeout=120 verbose=''
while [ $# -gt 0 ]; do
  case $1 in
    --bind | --bind-ro | --timeout) [ $# -ge 2 ] || fail 2 "$1 needs a value" ;;&
    --bind | --bind-ro)
      from=${2%%:*} to=${2#*:}
      from=$(realpath -e -- "$from") || fail 2 "$1: $2 is not there"
      [[ $2 == *:* ]] || to=$from
      binds+=("$1=$from:$to")
      shift 2
      ;;
    --timeout) [[ $2 =~ ^[1-9][0-9]*$ ]] || fail 2 "--timeout: seconds"; timeout=$2; shift 2 ;;
    --verbose) verbose=yes; shift ;;
    --) shift; break ;;
    *) sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0" >&2; exit 2 ;;
  esac
done
[ $# -gt 0 ] || fail 2 "no command: box.sh [options] -- COMMAND"
[ "$(id -u)" = 0 ] || fail 2 "needs root"
for tool in systemd-nspawn:systemd-container nsenter:util-linux; do
  command -v "${tool%:*}" >/dev/null || fail 2 "${tool%:*} is missing: apt-get install ${tool#*:}"
done

deadline=$((SECONDS + timeout))
work=$(mktemp -d "${TMPDIR:-/tmp}/nowake-box.XXXXXX") || exit 2
machine=$(basename "$work" | tr -dc a-zA-Z0-9)
nspawn='' leader='' command='' console=''
groups=()

is_alive() { [ -n "$1" ] && kill -0 "$1" 2>/dev/null; }
children() { cat "/proc/$1/task/$1/children" 2>/dev/null; }
awaits_end() { # PID TENTHS
  for ((i = 0; i < $2; i++)); do
    is_alive "$1" || return 0
    sleep 0.1
  done
  ! is_alive "$1"
}

clean_up() {
  if is_alive "$command"; then # nsenter and what it entered with: else systemd's end would wait for it
    # shellcheck disable=SC2046 # words
    kill -9 $(children "$command") "$command" 2>/dev/null
    wait "$command" 2>/dev/null
  fi
  if is_alive "$nspawn"; then
    is_alive "$leader" && kill -s RTMIN+4 "$leader" # systemd(1): power off
    awaits_end "$nspawn" 100 || { is_alive "$leader" && kill -9 "$leader"; }
    awaits_end "$nspawn" 30 || kill -9 "$nspawn"
    wait "$nspawn" 2>/dev/null
  fi
  [ -z "$console" ] || kill "$console" 2>/dev/null
  for group in "${groups[@]}"; do
    for _ in 1 2 3 4 5; do
      find "$group" -depth -type d -exec rmdir {} + 2>/dev/null
      [ -d "$group" ] || break
      sleep 0.2
    done
  done
  rmdir "/run/systemd/nspawn/propagate/$machine" 2>/dev/null
  rm -rf --one-file-system "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# nspawn makes the container's control group below its own: one for it in each hierarchy systemd uses, removed afterwards.
for hierarchy in $(awk '$3 == "cgroup2" || $3 == "cgroup" && $4 ~ /name=systemd/ { print $2 }' /proc/mounts); do
  mkdir "$hierarchy/$machine" && groups+=("$hierarchy/$machine")
done

mkdir "$work/usr"
(
  for group in "${groups[@]}"; do echo "$BASHPID" >"$group/cgroup.procs"; done
  # nspawn's own filter refuses fanotify_init and does not know cachestat; cgroup2 as on Debian, also where this host has v1;
  # systemd-firstboot would wait for a terminal
  exec env SYSTEMD_SECCOMP=0 SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn -q -D / --volatile=yes --boot \
    --register=no --keep-unit --machine="$machine" --console=pipe --capability=all --link-journal=no \
    --overlay="/usr:$work/usr:/usr" --bind-ro=/dev/null:/etc/systemd/system/systemd-firstboot.service \
    "${binds[@]}" -- systemd.unit=multi-user.target
) </dev/null >"$work/console" 2>&1 &
nspawn=$!
[ -z "$verbose" ] || { tail -n +1 -f "$work/console" >&2 & console=$!; }

not_booted() { cat "$work/console" >&2; fail 125 "$1 (its console is above)"; }
until [ -n "$leader" ]; do
  is_alive "$nspawn" || not_booted "systemd-nspawn ended"
  [ $SECONDS -lt $deadline ] || not_booted "no systemd within $timeout s"
  for child in $(children "$nspawn"); do
    [ "$(cat "/proc/$child/comm" 2>/dev/null)" != systemd ] || leader=$child
  done
  sleep 0.05
done

enter() { exec nsenter -t "$leader" -a -- /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"; }
until state=$(enter systemctl is-system-running 2>/dev/null) || [ "$state" = degraded ]; do
  is_alive "$nspawn" || not_booted "systemd ended while it booted"
  [ $SECONDS -lt $deadline ] || not_booted "systemd is still '$state' after $timeout s"
  sleep 0.1
done

enter "$@" </dev/null & # exec: this pid is nsenter's own
command=$!
while is_alive "$command"; do
  [ $SECONDS -lt $deadline ] || fail 124 "not done within $timeout s"
  is_alive "$nspawn" || fail 125 "the container ended while the command ran"
  sleep 0.05
done
wait "$command"
