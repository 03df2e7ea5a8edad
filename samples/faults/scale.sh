#!/bin/bash
# What MODELS model files (default 10000) below one root cost, once all in one folder and once each in its own: the start,
# memory, idle CPU, an open's way to its plan, the look at everything after lost events; then what it takes the daemon to
# follow when they are copied into a root it watches, and deleted from it.
. "$(dirname "$(readlink -f "$0")")/../bench/common.sh"
MODELS=${MODELS:-10000}
bench=$(dirname "$(readlink -f "$0")")
stress=$(compiled stress)
root=$run/root
tree=$run/tree
cleanup() { rm -rf "$root" "$tree"; }

cpu_millis() { cat "/proc/$daemon"/task/*/schedstat 2>/dev/null | awk '{ all += $1 } END { printf "%.0f\n", all / 1e6 }'; }
resident() { awk '/^VmRSS/ { printf "%.0f\n", $2 / 1024 }' "/proc/$daemon/status"; }
journal() { cat "$state/journal.jsonl"; }
marks() { cat "/proc/$daemon"/fdinfo/* 2>/dev/null | grep -c '^fanotify ino'; }
counter() { "$NOWAKE" status --output json --socket "$socket" | field "$1"; }

# settled: waits until the daemon does nothing for a second; prints the seconds since $since of its last work
settled() {
  local last now_ quiet=0 ended
  last=$(cpu_millis)
  ended=$("$tools" now)
  while [ $quiet -lt 10 ]; do
    sleep 0.1
    now_=$(cpu_millis)
    if [ $((now_ - last)) -gt 3 ]; then quiet=0; ended=$("$tools" now); else quiet=$((quiet + 1)); fi
    last=$now_
  done
  calc "($ended - $since) / 1e9"
}

# latency: medians of 21 opens of different models, from the open to its plan, in ms
latency() {
  local i file opened planned
  for ((i = 0; i < 21; i++)); do
    file=${files[$((i * (MODELS / 21)))]}
    opened=$("$tools" now)
    "$stress" load read 0 "$file" >/dev/null
    for _ in {1..100}; do
      planned=$(grep -F "$file" "$state/journal.jsonl" | grep '"kind":"plan"' | sed -n 's/.*"monotonicNanos":\([0-9]*\).*/\1/p' | head -1)
      [ -z "$planned" ] || break
      sleep 0.02
    done
    echo "$(calc "(${planned:-0} - $opened) / 1e6")"
  done | median
}

# make FOLDER one|each
make() {
  mkdir -p "$1"
  if [ "$2" = one ]; then
    seq 1 "$MODELS" | awk -v f="$1" '{ printf "%s/m%05d.gguf\n", f, $1 }' | xargs truncate -s 64K
  else
    seq 1 "$MODELS" | awk -v f="$1" '{ printf "%s/m%05d\n", f, $1 }' | xargs mkdir
    seq 1 "$MODELS" | awk -v f="$1" '{ printf "%s/m%05d/model.gguf\n", f, $1 }' | xargs truncate -s 64K
  fi
}

echo "$MODELS model files of 64 KiB"
echo
echo "| where | ready after | resident | marks | idle CPU | open to plan | rescan | copied in: daemon settled | its CPU | deleted: settled | its CPU | resident then |"
echo "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
for where in one each; do
  rm -rf "$root" "$tree"
  make "$root" $where
  make "$tree" $where
  mapfile -t files < <(find "$root" -name '*.gguf' | sort)
  start_daemon --root "$root" --enforce
  ready=$(calc "$readyNanos / 1e6")
  since=$("$tools" now)
  settled >/dev/null
  atStart=$(resident)
  folders=$(marks)
  before=$(cpu_millis)
  sleep 10
  idle=$(calc "($(cpu_millis) - $before) / 100")
  plan=$(latency)
  # a crowd of distinct events while it stands still overflows the queue
  kill -STOP "$daemon"
  "$stress" crowd 90 "${files[@]:0:200}" >/dev/null
  before=$("$tools" now)
  kill -CONT "$daemon"
  since=$before
  rescan=$(settled)
  before=$(cpu_millis)
  since=$("$tools" now)
  cp -r "$tree" "$root/copied"
  copied=$(settled)
  copiedCpu=$(calc "($(cpu_millis) - $before) / 1e3")
  before=$(cpu_millis)
  since=$("$tools" now)
  rm -r "$root/copied"
  deleted=$(settled)
  deletedCpu=$(calc "($(cpu_millis) - $before) / 1e3")
  echo "| $where | $ready ms | $atStart MiB | $folders | $idle % | $plan ms | $rescan s | $copied s | $copiedCpu s | $deleted s | $deletedCpu s | $(resident) MiB |"
  grep '"kind":"error"' "$state/journal.jsonl" | head -3 >&2 || :
  stop_daemon
done
