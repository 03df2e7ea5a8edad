# Keeps the group of a mirror's gate alive (its standard input) when the daemon is gone: what waits for bytes goes on
# waiting for the daemon's successor, which takes the group over and ends this process. If none comes in time, what is
# missing is an error, never zeros. Ends by itself when no marked file exists any more.
# $1 a FIFO the daemon holds open; "deny" in it ends the wait, also later, and so does the host's end; "left FOLDER" names files
# to delete then, which are gone with their last user  $2 seconds to wait for a successor  $3 descriptors the daemon may have had
exec 3<&0 </dev/null
trap '' HUP INT
# To open a FIFO for reading waits for a writer, who may be dead by now: this is one itself for a moment.
word='' folder=''
if [ -p "$1" ]; then
  exec 4<>"$1" 5<"$1" 4<&-
  read -r word folder <&5
fi
host_ends() { [ -d /run/systemd/system ] && [ "$(timeout 5 systemctl is-system-running 2>/dev/null 3<&- 5<&-)" = stopping ]; }
seconds=0
until [ "$word" = deny ] || [ "$seconds" -ge "$2" ] || host_ends; do
  sleep 1 3<&- 5<&-
  seconds=$((seconds + 1))
  read -r word rest <&5
done
[ -z "$folder" ] || rm -rf -- "$folder" 3<&- 5<&-

deny() { # struct fanotify_response: the event's number, then FAN_DENY with EIO
  low=$(($1 & 255))
  high=$(($1 >> 8 & 255))
  top=$(($1 >> 16 & 255))
  printf "\\$((low >> 6))$((low >> 3 & 7))$((low & 7))\\$((high >> 6))$((high >> 3 & 7))$((high & 7))\\$((top >> 6))$((top >> 3 & 7))$((top & 7))\000\002\000\000\005" >&3
}

# What the daemon had read and not answered is known by its number alone.
n=0
while [ "$n" -lt "$3" ]; do
  deny "$n" 2>/dev/null
  n=$((n + 1))
done
while grep -q '^fanotify ino' /proc/$$/fdinfo/3; do
  # Words of the events' metadata, the length first, the number fifth: 48 bytes are one range or two opens.
  set -- $(dd bs=48 count=1 <&3 2>/dev/null | od -An -v -tu4)
  if [ $# -ge 6 ]; then
    deny "$5" 2>/dev/null
    [ "$1" = 24 ] && [ $# -ge 12 ] && deny "${11}" 2>/dev/null
  else
    sleep 1 3<&-
  fi
done
rm -f -- "$1"
