#!/bin/bash
# The steps of check.sh, inside its container: each line that a user would type is printed, run, and what it leads to checked.
set -uo pipefail
export DEBIAN_FRONTEND=noninteractive SYSTEMD_PAGER='' SYSTEMD_COLORS=0
unset JAVA_HOME NOWAKE_JAVA

failures=0
step() { printf '\n# %s\n' "$*"; }
run() { # a command line, printed and run; its exit status is kept in $status
  printf '$ %s\n' "$1"
  bash -c "$1" 2>&1 | tee /tmp/output
  status=${PIPESTATUS[0]}
  # What the runtime lacks shows like this, whatever the exit status.
  ! grep -q -e NoClassDefFound -e ClassNotFound /tmp/output || status=99
}
holds() { # WHAT COMMAND...: at once, or within 30 s
  local what=$1 until=$((SECONDS + 30))
  shift
  until "$@" >/dev/null 2>&1; do
    if [ $SECONDS -ge $until ]; then
      echo "FAILED: $what"
      failures=$((failures + 1))
      [ $failures -lt 5 ] || { journalctl -u nowake --no-pager | tail -20; exit 1; }
      return
    fi
    sleep 0.05
  done
  echo "ok: $what"
}
isnt() { ! "$@"; }
count() { nowake status --output json | grep -o '"counters".*' | grep -o "\"$1\":[0-9]*" | grep -o '[0-9]*$'; }
counts() { [ "$(count "$1")" "$2" "$3" ]; }
# The verbs above open model files too, for moments, and a reader that lives on is waited for: else the next open is of this load.
is_quiet() { [ "$(count loads)" = "$(count loadsDone)" ]; }
is_resident() { [ "$(nowake residency --output json "$2" | grep -o '"residentBytes" *: *[0-9]*' | head -1 | grep -o '[0-9]*$')" "$1" $((15 << 20)) ]; }
metric() { # the value of a metric, all its labels together; no curl on this host
  exec 9<>/dev/tcp/127.0.0.1/9469 && printf 'GET /metrics HTTP/1.0\r\n\r\n' >&9 && awk -v name="$1" '
    index($1, name) == 1 { sum += $2; seen = 1 } END { if (!seen) exit 1; printf "%.0f\n", sum }' <&9
}
moved() { [ "$(metric "$1")" -gt 0 ]; }
is_process() { cat /proc/[0-9]*/comm | grep -qx "$1"; }
is_keeper() { grep -qzx 'nowake-[k]eeper' /proc/[0-9]*/cmdline; }
main_pid() { systemctl show --property MainPID --value nowake; }

# What dpkg knows of this host's packages; no Java anywhere.
cp -a /run/host-dpkg/. /var/lib/dpkg/
rm -f /var/lib/dpkg/statoverride /usr/sbin/policy-rc.d # which says no on images
mkdir -p /var/log /var/cache
[ ! -d /usr/lib/jvm ] || mount -t tmpfs none /usr/lib/jvm
shards=(/models/llama/*.safetensors)
step "No Java on this host"
holds "no java on the path" isnt bash -c 'command -v java && java -version'

step "Install"
run 'dpkg -i /packages/nowake.deb'
holds "dpkg is content" test $status = 0
holds "the service runs" systemctl is-active nowake
holds "and will after a boot" systemctl is-enabled nowake
holds "the group is there" getent group nowake
holds "its Java is its own" bash -c "readlink /proc/$(main_pid)/exe | grep -qx /usr/lib/nowake/runtime/bin/java"
holds "the ahead-of-time cache is in use" bash -c "grep -q '/usr/lib/nowake/nowake-.*aot' /proc/$(main_pid)/maps"
holds "nothing is changed below /etc but what is nowake's" test "$(find /etc -newer /packages/check-steps.sh -name '*nowake*' | grep -vc -e '^/etc/nowake' -e multi-user.target.wants -e '/etc/group' -e gshadow)" = 0
run 'systemctl status nowake --lines=0'
run 'nowake --version'
run 'nowake doctor'
holds "doctor has no complaint that stops it" test $status = 0
for verb in 'policy list' 'config show' 'explain /models/llama/model-00001-of-00002.safetensors' 'inspect /models' 'evict /models/llama'; do
  run "nowake $verb --output json >/dev/null"
  holds "$verb finds what it needs" test $status -le 3 # this model has no header
done
printf 'export const policy = { name: "mine", api: 1 };\nexport const prefetch = () => [];\n' >/tmp/mine.js
run 'nowake policy check /tmp/mine.js'
holds "policies in JavaScript work" test $status = 0
run 'nowake --binding jnr residency /models/llama'
holds "the other way to call the kernel works" test $status = 0
run 'cat /etc/nowake/nowake.yaml'
run 'nowake config check'
holds "what the vendor says is read" bash -c "nowake config show | grep -q 'group: nowake .*# /usr/lib/nowake/nowake.yaml'"
run 'man -l /usr/share/man/man1/nowake.1.gz | head -5'
TIMEFORMAT='a verb takes %R s'
for _ in 1 2 3; do time nowake status >/dev/null; done

step "It only looks: a load is seen, and nothing is fetched or dropped"
nowake evict "${shards[@]}" >/dev/null
exec 3<"${shards[0]}"
head -c 1M <&3 >/dev/null
holds "the load is counted" counts loads -ge 1
holds "its plan stands in the journal" grep -q plan /var/lib/nowake/journal.jsonl
run 'nowake status'
exec 3<&-
holds "the load ends" is_quiet
holds "nothing was prefetched" counts prefetchedBytes = 0
holds "nothing was dropped" counts evictedBytes = 0
holds "the second shard was left alone" is_resident -lt "${shards[1]}"

step "A policy in a jar: the service can load it"
run 'cp /packages/tensor-order.jar /etc/nowake/policies/ && echo "policies: [/etc/nowake/policies]" >/etc/nowake/conf.d/policies.yaml'
run 'systemctl reload nowake'
run 'nowake policy list'
holds "it is there" grep -q '^tensor-order .* ok ' /tmp/output
run 'rm /etc/nowake/conf.d/policies.yaml /etc/nowake/policies/tensor-order.jar && systemctl reload nowake'

step "Enforce"
run "sed -i 's/^mode: observe/mode: enforce/' /etc/nowake/nowake.yaml"
run 'systemctl reload nowake'
holds "the configuration is taken" test $status = 0
exec 3<"${shards[0]}"
head -c 1M <&3 >/dev/null
holds "both shards are there" is_resident -gt "${shards[1]}"
holds "counters move" counts prefetchedBytes -gt $((20 << 20))
holds "metrics too" moved nowake_prefetched_bytes_total
run 'nowake residency /models/llama'
exec 3<&-
holds "the load ends" is_quiet
holds "and are given back after the last close" is_resident -lt "${shards[1]}"
run 'nowake residency /models/llama'

step "Upgrade: what the operator changed stays"
old=$(main_pid)
run 'touch /run/nowake/disable'
run 'dpkg --force-confold -i /packages/nowake-next.deb'
holds "dpkg is content" test $status = 0
holds "the new version runs" bash -c "systemctl is-active nowake && [ \$(systemctl show --property MainPID --value nowake) != $old ]"
holds "the configuration is the operator's" grep -q '^mode: enforce' /etc/nowake/nowake.yaml
holds "the new one lies beside it" grep -q 'The next version' /etc/nowake/nowake.yaml.dpkg-dist
holds "who disabled it has disabled it still" test -e /run/nowake/disable
run 'rm /run/nowake/disable'
run 'systemctl disable --now nowake'
run 'dpkg --force-confold -i /packages/nowake.deb 2>&1 | grep -v downgrading'
holds "what the operator disabled stays disabled" isnt systemctl is-enabled nowake
run 'systemctl enable --now nowake'

step "A mirror"
mkdir /srv/remote && head -c 1M /dev/urandom >/srv/remote/a.bin
run "echo 'mirrors: [{remote: /srv/remote, local: /models/fast, mode: enforce}]' >/etc/nowake/conf.d/mirror.yaml"
run 'systemctl restart nowake'
holds "a file is brought" cmp /models/fast/a.bin /srv/remote/a.bin
holds "its keeper runs" is_keeper

step "Remove"
run 'dpkg -r nowake'
holds "dpkg is content" test $status = 0
holds "it says what stays" grep -q 'mirror fast stay' /tmp/output
holds "what was brought stays" cmp /models/.fast.nowake/tree/a.bin /srv/remote/a.bin
holds "no link to it" isnt test -L /models/fast
holds "no keeper" isnt is_keeper
holds "no process" isnt is_process java
holds "no unit" isnt systemctl cat nowake
holds "no link to it" isnt test -L /etc/systemd/system/multi-user.target.wants/nowake.service
holds "no socket" isnt test -e /run/nowake
holds "no program" isnt test -e /usr/bin/nowake -o -e /usr/lib/nowake
holds "the configuration stays" grep -q '^mode: enforce' /etc/nowake/nowake.yaml

step "Purge"
run 'dpkg -P nowake'
holds "dpkg is content" test $status = 0
holds "no configuration" isnt test -e /etc/nowake
holds "no state" isnt test -e /var/lib/nowake
holds "no group" isnt getent group nowake
holds "nothing of that name" test -z "$(find / -xdev \( -path /proc -o -path /packages -o -path /models -o -path /run/host-dpkg -o -path /sys -o -path /root \) -prune -o -name '*nowake*' -print | grep -v -e ^/tmp -e ^/work -e ^/home)"
systemctl --failed --no-legend | grep . && holds "no failed unit" false

step "Without systemd: a chroot, an image being built"
cp /packages/nowake.deb /tmp/ # where the Containerfile has it
run "unshare -m sh -c 'mount -t tmpfs none /run/systemd && $(cat /packages/image-steps) && nowake --version && dpkg -P nowake'"
holds "installed, run and purged" test $status = 0

step "The RPM"
run 'rpm -i --nodeps /packages/nowake.rpm'
holds "rpm is content" test $status = 0
holds "the service runs" systemctl is-active nowake
run 'rpm -V --nodeps nowake'
holds "all files are as they were packed" test $status = 0
run 'rpm -e --nodeps nowake'
holds "rpm is content" test $status = 0
holds "no process" isnt is_process java
holds "no socket" isnt test -e /run/nowake
holds "no program" isnt test -e /usr/bin/nowake -o -e /usr/lib/nowake

echo
echo "$failures failed"
[ $failures = 0 ]
