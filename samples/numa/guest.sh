#!/bin/bash
# Boots a guest with two NUMA nodes under QEMU, runs nowake in it, and looks on which node the pages of each model lie:
# what check.sh asks and what is wanted stands there. Software emulation: works anywhere, takes one to three minutes, needs no root.
# Speeds in the guest mean nothing.
#
# usage: samples/numa/guest.sh [--fetch] [--keep DIR]
#   --fetch     gets a kernel and busybox from Debian's archive with apt-get download, once, where the host has none
#   --keep DIR  leaves the guest's report, journal and console there
#
# NOWAKE_GUEST_KERNEL   a kernel image, with its modules in NOWAKE_GUEST_MODULES (a folder lib/modules/VERSION)
# NOWAKE_GUEST_BUSYBOX  a statically linked busybox
# NOWAKE_JAVA           the home of a Java 25, as for nowake itself
#
# exit: 0 everything lies where it should, 1 something does not, 77 skipped (one line says why), 2 the guest failed
set -u
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
repository=$(cd "$here/../.." && pwd)
cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/nowake/guest
fetch='' keep=''
while [ $# -gt 0 ]; do
  case $1 in
    --fetch) fetch=yes; shift ;;
    --keep) keep=$2; shift 2 ;;
    *) sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0" >&2; exit 2 ;;
  esac
done
skip() { echo "skipped: $*"; exit 77; }
fail() { echo "failed: $*" >&2; exit 2; }

work=$(mktemp -d "${TMPDIR:-/tmp}/nowake-numa.XXXXXX") || exit 2
qemu_pid=
clean_up() {
  [ -z "$qemu_pid" ] || kill "$qemu_pid" 2>/dev/null
  rm -rf --one-file-system "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# ---- what the host has ----

for tool in qemu-system-x86_64 mke2fs cpio gzip depmod modprobe; do
  command -v $tool >/dev/null || PATH=$PATH:/usr/sbin:/sbin command -v $tool >/dev/null || skip "$tool is not installed"
done
PATH=$PATH:/usr/sbin:/sbin
[ "$(uname -m)" = x86_64 ] || skip "the guest is an x86_64 one, and so must be the host's Java"
free_mib=$(($(sed -n 's/^MemAvailable: *\([0-9]*\).*/\1/p' /proc/meminfo) / 1024))
[ "$free_mib" -gt 3072 ] || skip "$free_mib MiB of memory available, 3072 needed"

java_home=${NOWAKE_JAVA:-}
for candidate in "${JAVA_HOME:-}" /usr/lib/jvm/*25*; do
  [ -n "$java_home" ] || ! grep -qs '^JAVA_VERSION="25' "$candidate/release" || java_home=$candidate
done
[ -x "$java_home/bin/java" ] || skip "no Java 25: set NOWAKE_JAVA"
lib=$repository/agent/target/nowake/lib
[ -d "$lib" ] || skip "nowake is not built: run ./mvnw package"

# ---- kernel and busybox: given, the host's own, or fetched ----

fetch_boot_files() {
  mkdir -p "$work/debs" "$work/tree" || return 1
  local image
  image=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -1)
  [ -n "$image" ] || return 1
  (cd "$work/debs" && apt-get -qq download "$image" busybox-static >&2) || return 1
  for deb in "$work"/debs/*.deb; do dpkg-deb -x "$deb" "$work/tree" || return 1; done
  local modules
  modules=$(find "$work/tree" -type d -path '*/lib/modules/*' -prune -print | head -1)
  mkdir -p "$cache/lib/modules"
  cp -r "$modules" "$cache/lib/modules/" && depmod -b "$cache" "${modules##*/}" || return 1
  cp "$(find "$work/tree" -path '*bin/busybox' -type f | head -1)" "$cache/busybox" &&
    cp "$(find "$work/tree" -name 'vmlinuz*' -type f | head -1)" "$cache/vmlinuz" # last: says that all is there
}

kernel=${NOWAKE_GUEST_KERNEL:-} modules=${NOWAKE_GUEST_MODULES:-} busybox=${NOWAKE_GUEST_BUSYBOX:-}
if [ -z "$kernel" ]; then
  for candidate in /boot/vmlinuz-*; do
    version=${candidate#/boot/vmlinuz-}
    [ -r "$candidate" ] && [ -d "/lib/modules/$version" ] && kernel=$candidate modules=/lib/modules/$version
  done
fi
if [ -z "$kernel" ] || { [ -z "$busybox" ] && ! command -v busybox >/dev/null; }; then
  [ -e "$cache/vmlinuz" ] || [ -z "$fetch" ] || fetch_boot_files || skip "no kernel could be fetched (apt-get download)"
  [ -e "$cache/vmlinuz" ] || skip "no kernel image and modules on this host: --fetch gets them, or set NOWAKE_GUEST_KERNEL"
  [ -n "$kernel" ] || { kernel=$cache/vmlinuz; modules=$(echo "$cache"/lib/modules/*); }
  busybox=${busybox:-$cache/busybox}
fi
busybox=${busybox:-$(command -v busybox)}
[ -r "$kernel" ] && [ -d "$modules" ] || skip "$kernel or its modules in $modules cannot be read"

# ---- the first file system: busybox, modules in loading order, init ----

# Libraries of programs that are not static, under their own names.
libraries() { ldd "$@" 2>/dev/null | grep -o '/[^ :]*' | grep -v ':$' | sort -u; }
copy_libraries() {
  local target=$1 file
  shift
  for file in $(libraries "$@"); do
    [ -e "$target$file" ] || { mkdir -p "$target${file%/*}" && cp -L "$file" "$target$file"; }
  done
}

mkdir -p "$work"/initrd/{bin,proc,sys,dev,modules,root}
cp "$busybox" "$work/initrd/bin/busybox"
copy_libraries "$work/initrd" "$busybox"
cp "$here/init.sh" "$work/initrd/init" && chmod 755 "$work/initrd/init"
for module in virtio_pci virtio_blk ext4; do
  modprobe -d "${modules%/lib/modules/*}/" -S "${modules##*/}" --show-depends $module 2>/dev/null
done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' | while read -r file; do
  name=${file##*/}
  case $name in
    *.xz) xz -dc "$file" >"$work/initrd/modules/${name%.xz}" ;;
    *.zst) zstd -qdc "$file" >"$work/initrd/modules/${name%.zst}" ;;
    *.gz) gzip -dc "$file" >"$work/initrd/modules/${name%.gz}" ;;
    *) cp "$file" "$work/initrd/modules/" ;;
  esac
  echo "${name%.[xzg]*}" | sed 's/\.ko.*/.ko/' >>"$work/initrd/modules/order"
done
touch "$work/initrd/modules/order"
(cd "$work/initrd" && find . | cpio -o -H newc --quiet | gzip -1) >"$work/initrd.gz" || fail "no initrd"

# ---- the guest's disk: Java, nowake, a model for each question ----

disk=$work/disk
mkdir -p "$disk"/{bin,proc,sys,dev,tmp,run,nowake,java/lib,models}
cp "$busybox" "$disk/bin/busybox"
copy_libraries "$disk" "$busybox" "$java_home/bin/java" "$java_home"/lib/*.so "$java_home"/lib/server/libjvm.so
cp -r "$java_home"/{bin,conf,release} "$disk/java/"
find "$java_home/lib" -mindepth 1 -maxdepth 1 ! -name src.zip ! -name ct.sym -exec cp -r {} "$disk/java/lib/" \;
cp "$lib"/*.jar "$disk/nowake/"
cp "$here/check.sh" "$here/nowake.yaml" "$disk/"
for model in $(sed -n 's/^model \([a-z]*\) .*/\1/p' "$here/expected"); do
  mkdir "$disk/models/$model"
  # 4096 pages each: as many as residency --nodes asks about, so that what it says is no estimate
  head -c 16M /dev/urandom >"$disk/models/$model/model-00001-of-00002.safetensors"
  head -c 16M /dev/urandom >"$disk/models/$model/model-00002-of-00002.safetensors"
done
truncate -s 1200M "$work/disk.img"
mke2fs -q -t ext4 -F -d "$disk" "$work/disk.img" >&2 || fail "no disk image"
rm -rf --one-file-system "$disk"

# ---- boot ----

timeout -k 5 600 qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 4 -m 2048 \
  -object memory-backend-ram,id=m0,size=1024M -numa node,nodeid=0,cpus=0-1,memdev=m0 \
  -object memory-backend-ram,id=m1,size=1024M -numa node,nodeid=1,cpus=2-3,memdev=m1 \
  -kernel "$kernel" -initrd "$work/initrd.gz" -append "console=ttyS0 quiet panic=-1 psi=1" \
  -drive "file=$work/disk.img,if=virtio,format=raw,cache=unsafe" \
  -nodefaults -display none -monitor none -no-reboot \
  -serial "file:$work/console" -serial "file:$work/report" </dev/null 2>"$work/qemu" &
qemu_pid=$!
wait $qemu_pid
result=$?
qemu_pid=
tr -d '\r' <"$work/report" >"$work/report.txt"
[ -z "$keep" ] || { mkdir -p "$keep" && cp "$work/report.txt" "$work/console" "$keep/"; }
if ! grep -q '^end$' "$work/report.txt"; then
  tail -n 20 -- "$work/qemu" "$work/console" "$work/report.txt" >&2
  fail "the guest ended without a report ($result)"
fi

# ---- verdict ----

exec awk -f "$here/verdict.awk" "$here/expected" "$work/report.txt"
