#!/bin/bash
# Whether an EROFS image can be filled while it is read: which reads of a file in a mounted image raise FAN_PRE_ACCESS on the
# image's own file, and what a reader gets of an image that a listener fills then, and without the listener (Linux 6.14+).
. "$(dirname "$(readlink -f "$0")")/common.sh"
need mkfs.erofs erofs-utils
program=$(compiled ondemand)
mapfile -t shards < <(model "$BENCH_DIR/ondemand" "${SIZE:-128MiB}" 1)
"$NOWAKE" pack "$BENCH_DIR/ondemand" "$run/whole.erofs" >/dev/null
"$program" "$run/whole.erofs" "${shards[0]##*/}" "${shards[0]}" "$run"
