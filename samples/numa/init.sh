#!/bin/busybox sh
# The guest's first program: loads modules, mounts the disk, runs check.sh in it, turns the guest off.
#   ttyS0  the kernel's and this script's own lines
#   ttyS1  what check.sh reports
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
while read -r module; do insmod "/modules/$module" || echo "$module cannot be loaded"; done </modules/order
mount -t ext4 /dev/vda /root || echo "the disk cannot be mounted"
mount -t proc proc /root/proc
mount -t sysfs sysfs /root/sys
mount -t cgroup2 cgroup2 /root/sys/fs/cgroup
mount -t devtmpfs dev /root/dev
mount -t tmpfs tmp /root/tmp
mount -t tmpfs run /root/run
chroot /root /bin/busybox --install -s /bin
stty -F /dev/ttyS1 raw -echo
chroot /root /bin/sh /check.sh </dev/null >/dev/ttyS1
sync
poweroff -f
