#!/bin/sh
# Lays out below target/tree what a package installs, and beside it what the package formats say about it. The build calls it
# in systemd/ when target/runtime (jlink's) and the jars are there: package/stage.sh VERSION DATE
set -eu

version=$1
here=$PWD target=$PWD/target project=${PWD%/*}
tree=$target/tree home=$target/tree/usr/lib/nowake doc=$target/tree/usr/share/doc/nowake
app=$project/agent/target/nowake

# Every file has this date, as in the packages: the JVM compares.
seconds=$(date -u -d "$2" +%s)

# A snapshot is older than its release, and newer than the snapshot of an earlier commit.
commit=$(git -C "$project" log -1 --format=%ct 2>/dev/null) || commit=$seconds
commit_time=$(date -u -d "@$commit" +%Y%m%d%H%M%S)
debian_version=$(echo "$version" | sed "s/-SNAPSHOT\$/~snapshot$commit_time/")
case $(uname -m) in
aarch64) debian_architecture=arm64 rpm_architecture=aarch64 ;;
*) debian_architecture=amd64 rpm_architecture=x86_64 ;;
esac
umask 022

rm -rf "$tree" "$target/control"
mkdir -p "$tree/usr/bin" "$home" "$tree/etc/nowake/conf.d" "$tree/etc/nowake/policies" "$doc" "$tree/usr/lib/systemd/system" \
  "$tree/usr/lib/systemd/system-preset" "$tree/usr/lib/sysusers.d" "$tree/usr/lib/tmpfiles.d" "$target/control"

runtime() {
  cp -R "$target/runtime" "$home/runtime"
  # Tools and tables that only a JDK's own work needs.
  rm -f "$home/runtime/bin/jwebserver" "$home/runtime/bin/keytool" "$home/runtime/lib/jexec" "$home/runtime/lib/jrt-fs.jar" \
    "$home/runtime/lib/classlist"
  if command -v strip >/dev/null; then
    find "$home/runtime/bin" "$home/runtime/lib" -type f \( -name '*.so' -o -perm -100 \) -exec strip --strip-unneeded {} +
  fi
  cp -R "$app/lib" "$home/lib"
  cp "$project/agent/src/main/launcher/launch.sh" "$home/"
}

# The JVM takes a cache only for jars and a runtime of the same names, sizes and dates as those it was made with; where they
# lie may differ. Its name is new with every build: while a package is unpacked the old jars have the old one.
cache() {
  read -r build_id <"$app/build-id"
  cache_name=nowake-$build_id.aot
  find "$home" -exec touch -h -d "@$seconds" {} +
  java=$home/runtime/bin/java lib=$home/lib cache=''
  . "$home/launch.sh"
  rehearsal=$(mktemp -d "$target/training.XXXXXX")
  train "$home/$cache_name" "$rehearsal" || :
  rm -rf "$rehearsal"
  [ -s "$home/$cache_name" ] || { echo "stage.sh: no ahead-of-time cache was made" >&2; exit 1; }
  sed "s/@CACHE@/$cache_name/" "$here/package/nowake" >"$tree/usr/bin/nowake"
}

manual() {
  # shellcheck disable=SC2086 # $flags are words
  "$java" $flags -cp "$classpath" dev.nowake.agent.manual.Manual "$project/docs" "$(date -u -d "@$commit" +%F)" "$target/manual"
  mkdir -p "$tree/usr/share/man" "$tree/usr/share/bash-completion/completions" "$tree/usr/share/zsh/vendor-completions"
  cp -R "$target/manual/man1" "$target/manual/man5" "$tree/usr/share/man/"
  find "$tree/usr/share/man" -type f -exec gzip -9n {} +
  sed 1d "$target/manual/nowake.bash" >"$tree/usr/share/bash-completion/completions/nowake"
  cp "$target/manual/nowake.zsh" "$tree/usr/share/zsh/vendor-completions/_nowake"
}

configuration() {
  cp "$here/vendor.yaml" "$home/nowake.yaml"
  cp "$here/nowake.yaml" "$tree/etc/nowake/nowake.yaml"
  cp "$here/package/conf.d.README" "$tree/etc/nowake/conf.d/README"
  cp "$here/nowake.service" "$tree/usr/lib/systemd/system/"
  cp "$here/package/nowake.preset" "$tree/usr/lib/systemd/system-preset/90-nowake.preset"
  cp "$here/package/nowake.sysusers" "$tree/usr/lib/sysusers.d/nowake.conf"
  cp "$here/package/nowake.tmpfiles" "$tree/usr/lib/tmpfiles.d/nowake.conf"
}

documents() {
  cp "$project/README.md" "$doc/"
  cp -R "$project/docs" "$doc/docs"
  mkdir "$doc/samples"
  for sample in policies traces container kubernetes monitoring; do
    [ ! -d "$project/samples/$sample" ] || cp -R "$project/samples/$sample" "$doc/samples/"
  done
  cp "$here/package/copyright" "$doc/copyright"
  printf 'nowake (%s) unstable; urgency=medium\n\n  * As of this version; the project keeps its history in git.\n\n -- %s  %s\n' \
    "$debian_version" "nowake <nowake@nowake.dev>" "$(date -u -R -d "@$commit")" | gzip -9n >"$doc/changelog.gz"
}

debian() {
  for script in postinst prerm postrm; do
    install -m 755 "$here/package/deb/$script" "$target/control/$script"
  done
  (cd "$tree" && find etc -type f -printf '/%p\n' | sort) >"$target/control/conffiles"
  sed "s/@VERSION@/$debian_version/; s/@SIZE@/$(du -sk "$tree" | cut -f1)/; s/@ARCH@/$debian_architecture/" "$here/package/deb/control" >"$target/control/control"
}

runtime
cache
manual
configuration
documents
chmod -R u=rwX,go=rX "$tree"
find "$home/runtime/lib" -name '*.so' -exec chmod 644 {} +
chmod 755 "$tree/usr/bin/nowake"
find "$tree" -exec touch -h -d "@$seconds" {} +
debian
tar -C "$tree" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$seconds" -cf "$target/tree.tar" ./etc ./usr
cat >"$target/package.properties" <<END
nowake.debianVersion=$debian_version
nowake.debianArchitecture=$debian_architecture
nowake.rpmArchitecture=$rpm_architecture
nowake.commitTime=$commit_time
END
