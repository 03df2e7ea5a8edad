#!/bin/bash
# mirror.sh [--kills N] [--seed S]: kills a daemon N times (default 100) while four processes load files through its mirror
# that are not here yet: while it starts, while it fills, while it ends. Each word that is read is looked at. Needs root, gcc
# and libfuse3-dev (the remote is a slow filesystem of its own); prints the loads, wrong words, errors by name and the longest
# load, and fails where a word was wrong or errors were more than the kills explain. It is MirrorKillTest at full size.
KILLS=100 SEED=
while [ $# -gt 0 ]; do
  case $1 in
  --kills) KILLS=$2 ;;
  --seed) SEED=$2 ;;
  *)
    echo "usage: mirror.sh [--kills N] [--seed S]" >&2
    exit 2
    ;;
  esac
  shift 2
done
cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1
set -o pipefail
./mvnw -q -pl agent -am test -Dtest=MirrorKillTest -Dsurefire.failIfNoSpecifiedTests=false \
  -Dnowake.faults.kills="$KILLS" ${SEED:+-Dnowake.faults.seed="$SEED"} </dev/null | grep -E 'kills, seed|wrong|ERROR'
