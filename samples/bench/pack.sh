#!/bin/bash
# When an EROFS image pays: a model (SIZE, default 1GiB, in 4 shards) loaded cold from ext4 and from images of it, mounted in
# each way there is, by a read and by an mmap loader; dense, and sparse: the same with every second 16 MiB a hole. Each round
# has every way once, in turn. Also how long packing takes beside copying, and how large the images are.
#
#   ALIGNING_MKFS  a mkfs.erofs that has --dsunit (1.8.1 or newer): adds images whose files begin at multiples of 2 MiB
#   BESIDE         also the daemon's effect: default yes; no leaves it out
ROUNDS=${ROUNDS:-5}
# Mounts of its own, which are gone with it, however it ends.
[ -n "${PACK_MOUNTS:-}" ] || PACK_MOUNTS=own exec unshare -m --propagation private "$0" "$@"
. "$(dirname "$(readlink -f "$0")")/common.sh"
need mkfs.erofs erofs-utils
loader=$(compiled loader)
SIZE=${SIZE:-1GiB}
# What the kernel gives a fresh loop device; a device keeps what somebody has set before.
LOOP_READ_AHEAD_KB=2560
folder=$run/folder
mkdir "$folder"
results=$run/results

cleanup() {
  umount "$folder" 2>/dev/null || :
}

model "$BENCH_DIR/packed-dense" "$SIZE" 4 >/dev/null
dense=$BENCH_DIR/packed-dense
sparse=$BENCH_DIR/packed-sparse
if [ ! -e "$sparse/.made-$SIZE" ]; then
  rm -rf "$sparse"
  mkdir "$sparse"
  for shard in "$dense"/*.safetensors; do
    cp "$shard" "$sparse/"
    hollow=$sparse/${shard##*/}
    for ((at = 16; at << 20 < $(stat -c %s "$hollow"); at += 32)); do
      fallocate --punch-hole -o ${at}MiB -l 16MiB "$hollow"
    done
    sync "$hollow"
  done
  touch "$sparse/.made-$SIZE"
fi

# image KIND NAME OPTION...: packs, and notes seconds and bytes.
image() {
  local kind=$1 name=$2 from=${!1} made=$run/$1-$2.erofs
  shift 2
  "$tools" cold "$from"/*.safetensors
  "$NOWAKE" pack --force --output json "$@" "$from" "$made" >"$run/packed"
  echo "$kind $name $(field seconds <"$run/packed") $(field allocatedBytes <"$run/packed")" >>"$results.made"
}

copied() { # KIND: what cp takes for the same
  local from=${!1} started
  rm -rf "$run/copy"
  "$tools" cold "$from"/*.safetensors
  started=$("$tools" now)
  cp -r --sparse=always "$from" "$run/copy"
  sync "$run/copy"/*.safetensors
  echo "$1 copy $(calc "($("$tools" now) - $started) / 1e9") $(du -s -B1 "$run/copy" | cut -f1)" >>"$results.made"
  rm -rf "$run/copy"
}

# mounted WAY IMAGE: on $folder.
mounted() {
  local before device
  case $1 in
  loop | loop-direct)
    device=$(losetup -r -f --show --direct-io="$([ "$1" = loop ] && echo off || echo on)" "$2")
    echo $LOOP_READ_AHEAD_KB >"/sys/block/${device#/dev/}/queue/read_ahead_kb"
    mount -t erofs -o ro "$device" "$folder"
    losetup -d "$device" # for good when it is unmounted
    ;;
  *)
    before=$(ls /sys/class/bdi)
    case $1 in
    file) "$tools" erofs "$2" "$folder" ;;
    *) "$tools" erofs "$2" "$folder" directio ;;
    esac
    [ "$1" != file-direct-8MiB ] ||
      echo 8192 >"/sys/class/bdi/$(comm -13 <(echo "$before") <(ls /sys/class/bdi))/read_ahead_kb"
    ;;
  esac
}

# once KIND NAME WAY HOW: one cold load, checked against what ext4 gave; leaves nothing resident.
once() {
  local kind=$1 name=$2 way=$3 how=$4 from=${!1} made=$run/$1-$2.erofs
  if [ "$name" != ext4 ]; then
    "$tools" cold "$made"
    mounted "${way%+nowake}" "$made"
    from=$folder
  fi
  "$tools" cold "$from"/*.safetensors
  case $way in *+nowake) start_daemon --root "$from" --enforce ;; esac
  "$loader" "$how" "$from"/*.safetensors >"$run/load"
  case $way in
  *+nowake) stop_daemon ;;
  esac
  local resident=0
  [ "$name" = ext4 ] || resident=$("$tools" resident "$made")
  if [ "$name" != ext4 ]; then umount "$folder"; fi
  local sum
  sum=$(field checksum <"$run/load")
  [ "$sum" = "$(cat "$run/sum-$kind" 2>/dev/null || echo "$sum" | tee "$run/sum-$kind")" ] ||
    die "$kind $name $way $how: other bytes than from ext4"
  echo "$kind $name $way $how $(field gbPerSecond <"$run/load") $(field cpuSeconds <"$run/load") $resident" >>"$results"
}

images="plain lz4"
[ -z "${ALIGNING_MKFS:-}" ] || images+=" aligned"
pack_all() { # KIND
  image "$1" plain
  # Takes ten times as long: once.
  [ $round -gt 0 ] || image "$1" lz4 --compress lz4
  [ -z "${ALIGNING_MKFS:-}" ] || image "$1" aligned --mkfs "$ALIGNING_MKFS"
  copied "$1"
}
for ((round = 0; round < ROUNDS; round++)); do
  for kind in dense sparse; do
    # Packing is measured as often as loading; each round loads what it has packed.
    pack_all $kind
    for how in read mmap; do
      once $kind ext4 - $how
      for way in $(printf '%s\n' file file-direct file-direct-8MiB loop loop-direct | shuf); do
        once $kind plain $way $how
      done
      for way in file-direct-8MiB loop-direct; do
        once $kind lz4 $way $how
        [ -z "${ALIGNING_MKFS:-}" ] || once $kind aligned $way $how
      done
      if [ "${BESIDE:-yes}" = yes ]; then
        once $kind ext4 -+nowake $how
        for way in file-direct loop-direct; do once $kind plain $way+nowake $how; done
      fi
    done
  done
done
"$tools" cold "$dense"/*.safetensors "$sparse"/*.safetensors

of() { awk -v k="$1" -v n="$2" -v w="$3" -v h="$4" -v f="$5" '$1 == k && $2 == n && $3 == w && $4 == h { print $f }' "$results"; }
made() { awk -v k="$1" -v n="$2" -v f="$3" '$1 == k && $2 == n { print $f }' "$results.made" | median; }
bytes=$(cat "$dense"/*.safetensors | wc -c)
echo "mkfs.erofs $(field mkfsVersion <"$run/packed"); model of $(calc "$bytes / 1e9") GB in 4 shards, $ROUNDS rounds, medians." \
  "GB/s of file bytes, holes included; in brackets beside ext4 in the same round. Image: how much of it page cache holds after the load."
for kind in dense sparse; do
  echo
  echo "| $kind | image | read | mmap | CPU s/GB, read | CPU s/GB, mmap | image |"
  echo "|---|---|---:|---:|---:|---:|---:|"
  while read -r name way; do
    row="| $way | $name |"
    for how in read mmap; do
      speed=$(of $kind "$name" "$way" $how 5 | median)
      beside=$(paste <(of $kind "$name" "$way" $how 5) <(of $kind ext4 - $how 5) | awk '{ print $1 / $2 }' | median)
      row+=" $(calc "$speed") ($(calc "$beside")) |"
      [ "$name" = ext4 ] || [ "$(calc "$beside >= 0.95")" = 1 ] ||
        lost+=("$kind, $name $way, $how: $(calc "$beside") of ext4")
    done
    for how in read mmap; do row+=" $(calc "$(of $kind "$name" "$way" $how 6 | median) / $bytes * 1e9") |"; done
    echo "$row $(calc "$(of $kind "$name" "$way" mmap 7 | median) / $bytes * 100") % |"
  done < <(awk -v k=$kind '$1 == k && !seen[$2 $3]++ { print $2, $3 }' "$results")
done
echo
echo "| packing | dense, s | GB on the disk | sparse, s | GB on the disk |"
echo "|---|---:|---:|---:|---:|"
for name in copy $images; do
  echo "| $name | $(made dense "$name" 3) | $(calc "$(made dense "$name" 4) / 1e9") | $(made sparse "$name" 3) |" \
    "$(calc "$(made sparse "$name" 4) / 1e9") |"
done
printf '\nLost:\n'
printf -- '- %s\n' "${lost[@]}"
