#!/bin/bash
# What the daemon costs those who open files: COUNT opens of a file outside its roots, of which it must not hear, and as
# many of one inside, beside a bare C listener and no listener at all, in turns, ROUNDS times.
. "$(dirname "$(readlink -f "$0")")/common.sh"
COUNT=${COUNT:-200000}
root=$BENCH_DIR/small
inside=$(model "$root" 4MiB 1)
outside=$BENCH_DIR/outside.bin
results=$BENCH_DIR/opens.$$
listener=
stop_listener() {
  [ -n "$listener" ] || return 0
  kill "$listener"
  wait "$listener" || :
  listener=
}
cleanup() {
  stop_listener
  rm -f "$results"* "$outside"
}
head -c 65536 "$inside" >"$outside"
cat "$inside" >/dev/null

counter() { "$NOWAKE" status --output json --socket "$socket" | field "$1"; }
descriptors() { find "/proc/$daemon/fd" -mindepth 1 -lname "$root/*" | wc -l; }

# Outside: not one event.
start_daemon --root "$root" --enforce
sleep 1
before=$(counter events)
"$tools" opens "$COUNT" "$outside" >/dev/null
sleep 1
foreign=$(($(counter events) - before))
stop_daemon

for ((round = 0; round < ROUNDS; round++)); do
  echo "none $("$tools" opens "$COUNT" "$inside")" >>"$results.opens"

  : >"$results.listener"
  "$tools" listen "$root" >"$results.listener" &
  listener=$!
  until grep -q READY "$results.listener"; do sleep 0.01; done
  echo "listener $("$tools" opens "$COUNT" "$inside")" >>"$results.opens"
  stop_listener

  start_daemon --root "$root" --enforce
  sleep 1
  descriptorsBefore=$(descriptors)
  echo "nowake $("$tools" opens "$COUNT" "$inside")" >>"$results.opens"
  sleep 2
  echo "$(($(descriptors) - descriptorsBefore)) $(counter events) $(counter overflows) \
    $(grep -c '"kind":"overflow"' "$state/journal.jsonl" || :)" >>"$results.daemon"
  stop_daemon
done

of() { awk -v m="$1" -v f="$2" '$1 == m { print $f }' "$results.opens" | median; }
echo "$COUNT opens of one file inside a root, $ROUNDS rounds, medians of each run's figure in ns"
echo
echo "| listening | median | p99 | greatest |"
echo "|---|---:|---:|---:|"
for who in none listener nowake; do
  echo "| $who | $(of $who 2) | $(of $who 3) | $(of $who 4) |"
done
kept=$(awk '{ print $1 }' "$results.daemon" | percentile 100)
# An overflow may happen; it must not be silent: the counter and the journal say the same.
silent=$(awk '{ if ($3 != $4) n++ } END { print n + 0 }' "$results.daemon")
echo
echo "nowake took $(awk '{ print $2 }' "$results.daemon" | median) events a round, overflows $(awk '{ print $3 }' "$results.daemon" | median)."
target "events of $COUNT foreign opens" "$foreign" at-most 0
target "opener's median, of that under a bare listener" "$(calc "$(of nowake 2) / $(of listener 2)")" at-most 1.5
target "descriptors left open" "$kept" at-most 0
target "rounds with an overflow the journal does not have" "$silent" at-most 0
finish
