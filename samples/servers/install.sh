#!/bin/bash
# What real mounts on loopback need: sshfs, rclone and s3fs from Debian's packages, and an sshd that is unpacked into $1
# (default: samples/target/servers) and not installed, because its package would start it. As root; prints the folder.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
out=${1:-$here/../target/servers}

missing=()
for command in sshfs:sshfs rclone:rclone s3fs:s3fs fusermount3:fuse3 ssh-keygen:openssh-client; do
  command -v "${command%:*}" >/dev/null || missing+=("${command#*:}")
done
if { [ ${#missing[@]} -gt 0 ] || [ ! -x "$out/usr/sbin/sshd" ]; } && [ "$(id -u)" != 0 ]; then
  echo "servers: needs root, once, to install sshfs, rclone, s3fs and fuse3" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
if [ ${#missing[@]} -gt 0 ]; then
  { apt-get -qq -y install --no-install-recommends "${missing[@]}" ||
    { apt-get -qq update && apt-get -qq -y install --no-install-recommends "${missing[@]}"; }; } >/dev/null 2>&1 || {
    echo "servers: needs ${missing[*]}: apt install ${missing[*]}" >&2
    exit 1
  }
fi
mkdir -p "$out"
out=$(cd "$out" && pwd)
if [ ! -x "$out/usr/sbin/sshd" ]; then
  # with the libraries that no other package of a small system brings
  packages=(openssh-server openssh-sftp-server libwrap0 libnsl2 libtirpc3)
  unpacked=$(mktemp -d "$out/unpacked.XXXXXX")
  trap 'rm -rf "$unpacked"' EXIT
  (
    cd "$unpacked"
    { apt-get -qq -o APT::Sandbox::User=root download "${packages[@]}" ||
      { apt-get -qq update && apt-get -qq -o APT::Sandbox::User=root download "${packages[@]}"; }; } >/dev/null 2>&1 || {
      echo "servers: cannot download ${packages[*]}" >&2
      exit 1
    }
    for package in *.deb; do dpkg -x "$package" .; done
    rm -f -- *.deb
  )
  cp -a "$unpacked"/. "$out"/
fi
echo "$out"
