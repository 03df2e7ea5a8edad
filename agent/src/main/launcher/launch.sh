# How the JVM is started, for the launcher of a clone and the installed one, which read this file:
# java is the executable to start, lib the folder of jars, cache the ahead-of-time cache to use if it is there.

classpath=
for jar in "$lib"/*.jar; do
  classpath=$classpath${classpath:+:}$jar
done

# Serial collector and a small heap: the daemon's live data is a few MiB, and other collectors start threads per core.
# Logging goes to stderr, where a warning of the JVM cannot spoil a JSON document; a cache it cannot use is no error.
flags="-XX:+UseSerialGC -Xms8m -Xmx128m -XX:-UsePerfData -Xlog:disable -Xlog:all=error:stderr -Xlog:aot*=off:stderr"
# Maps the cache at the address it was made for: moving it means writing to every page of it, 20 ms of each start and some
# MiB that could have been shared.
flags="$flags -XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0"
# Not --illegal-native-access=deny: it forbids nothing beside this line and costs an eighth of the start.
flags="$flags --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"

# Runs every verb and the daemon once on a small model, in the empty folder $2, and keeps in $1 what classes they loaded.
train() {
  # shellcheck disable=SC2086 # $flags are words
  env -u NOTIFY_SOCKET "$java" $flags -XX:AOTCacheOutput="$1" -cp "$classpath" dev.nowake.agent.cli.Training "$2" \
    >/dev/null 2>&1 </dev/null
}

# Becomes the JVM with the words of the command line; does not return.
launch() {
  # Verbs that end soon are over before the optimising compiler pays. The daemon wants it, and gives back what it used: the
  # compiler's memory otherwise stays with the C library, 15 MiB after some hundred loads.
  case " $* " in
  *" run "*) flags="$flags -XX:TrimNativeHeapInterval=10000" ;;
  # These hash gigabytes: SHA-256 at 1.7 GB/s a core with the optimising compiler, at 0.15 without.
  *" pack "* | *" stage "*) ;;
  *) flags="$flags -XX:TieredStopAtLevel=1" ;;
  esac

  set -- -cp "$classpath" dev.nowake.agent.cli.Main "$@"
  # A service of systemd may write into its own folders alone: a policy's jar is copied before it is loaded.
  if [ -n "${STATE_DIRECTORY:-}" ]; then
    set -- "-Djava.io.tmpdir=$STATE_DIRECTORY" "$@"
  fi
  if [ -s "$cache" ]; then
    set -- "-XX:AOTCache=$cache" "$@"
  fi

  # Java decodes file names by the locale: without UTF-8 it could not even name most of them.
  case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
  *[Uu][Tt][Ff]8* | *[Uu][Tt][Ff]-8*) ;;
  *) export LC_ALL=C.UTF-8 ;;
  esac

  # shellcheck disable=SC2086 # $flags and NOWAKE_JAVA_OPTS are words
  exec "$java" $flags ${NOWAKE_JAVA_OPTS:-} "$@"
}
