#!/bin/bash
# Compiles slowfs into $1 (default: samples/target/slowfs) and prints the program's path. As root it installs what is
# missing with apt; else it says what that is.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
out=${1:-$here/../target/slowfs}

missing=()
command -v gcc >/dev/null || missing+=(gcc libc6-dev)
command -v pkg-config >/dev/null || missing+=(pkg-config)
command -v fusermount3 >/dev/null || missing+=(fuse3)
pkg-config --exists fuse3 2>/dev/null || missing+=(libfuse3-dev)
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" != 0 ]; then
    echo "slowfs: needs ${missing[*]}: apt install ${missing[*]}" >&2
    exit 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  { apt-get -qq -y install --no-install-recommends "${missing[@]}" ||
    { apt-get -qq update && apt-get -qq -y install --no-install-recommends "${missing[@]}"; }; } >&2
fi

mkdir -p "$out"
out=$(cd "$out" && pwd)
if [ ! -x "$out/slowfs" ] || [ "$here/slowfs.c" -nt "$out/slowfs" ]; then
  # shellcheck disable=SC2046 # flags are words
  gcc -std=gnu17 -O2 -Wall -Wextra -Werror -pthread -o "$out/slowfs.$$" "$here/slowfs.c" $(pkg-config --cflags --libs fuse3)
  mv "$out/slowfs.$$" "$out/slowfs"
fi
echo "$out/slowfs"
