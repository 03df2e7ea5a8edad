#!/bin/bash
# Installs, runs, upgrades and removes the packages that the build made, in a container with a systemd of its own (box.sh),
# where there is no Java but the package's. Prints a transcript; ends with 0 when everything was as it should be.
# usage: systemd/package/check.sh      as root, after ./mvnw package -Ppackages
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

debs=(target/nowake_*.deb) rpms=(target/nowake-*.rpm)
[ -f "${debs[0]}" ] && [ -f "${rpms[0]}" ] || { echo "check.sh: no packages; run ./mvnw package -Ppackages" >&2; exit 2; }

work=$(mktemp -d target/check.XXXXXX)
trap 'rm -rf "$work"' EXIT
mkdir "$work/packages" "$work/models"
cp "${debs[0]}" "$work/packages/nowake.deb"
cp "${rpms[0]}" "$work/packages/nowake.rpm"
cp package/check-steps.sh "$work/packages/"

# What the recipe of an image does with the package.
sed -n 's/^RUN //p' ../samples/container/Containerfile >"$work/packages/image-steps"

# The next version: the same but for its number and a line in the configuration that comes with it.
dpkg-deb -R "${debs[0]}" "$work/next"
sed -i 's/^Version: .*/&+1/' "$work/next/DEBIAN/control"
echo '# The next version has this line.' >>"$work/next/etc/nowake/nowake.yaml"
dpkg-deb -Znone --root-owner-group -b "$work/next" "$work/packages/nowake-next.deb" >/dev/null
rm -rf "$work/next"

# A policy in a jar, built against what was built.
sample=../samples/policies/java jdk=
for home in "${JAVA_HOME:-}" /usr/lib/jvm/*25*; do
  [ -n "$jdk" ] || ! grep -qs '^JAVA_VERSION="25' "$home/release" || jdk=$home
done
[ -n "$jdk" ] || { echo "check.sh: no Java 25: set JAVA_HOME" >&2; exit 2; }
"$jdk/bin/javac" --release 25 -cp ../policies/target/classes -d "$work/classes" "$sample/dev/example/TensorOrderPolicy.java"
cp -R "$sample/META-INF" "$work/classes/"
"$jdk/bin/jar" cf "$work/packages/tensor-order.jar" -C "$work/classes" .

# A model in two shards. The daemon goes by names: what is in them does not matter here.
mkdir "$work/models/llama"
for shard in 1 2; do
  head -c 16M /dev/urandom >"$work/models/llama/model-0000$shard-of-00002.safetensors"
done
sync "$work/models/llama"/*
chown -R 65534 "$work/models/llama" # not root's, as most are not

./box.sh --timeout 200 --bind "$work/models:/models" --bind-ro "$work/packages:/packages" --bind-ro /var/lib/dpkg:/run/host-dpkg \
  --bind-ro /etc/alternatives:/etc/alternatives -- bash /packages/check-steps.sh
