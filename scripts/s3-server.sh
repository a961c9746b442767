#!/usr/bin/env bash
# Runs a real S3 server with Object Lock for tests and demonstrations: Ceph's RADOS Gateway, on this machine only.
#
#   scripts/s3-server.sh FOLDER
#
# Makes its data in FOLDER (new or empty), listens on free ports of 127.0.0.1, prints one line
#   ready URL ACCESS_KEY SECRET_KEY
# and runs until its standard input ends or a signal comes; then everything is stopped and FOLDER removed. Whoever starts
# it holds the other end of its standard input: when that program is gone, however it ended, the server goes too.
#
# Exit codes: 0 ended as asked, 1 it did not start (the reason is on standard error), 2 wrong usage, 3 not installed.
set -euo pipefail

fail() { printf 's3-server: %s\n' "$*" >&2; }

if (($# != 1)); then fail "usage: s3-server.sh FOLDER"; exit 2; fi
for program in ceph ceph-mon ceph-osd radosgw radosgw-admin monmaptool curl setpriv; do
  if ! command -v "$program" >/dev/null; then fail "$program is not installed; run scripts/setup.sh test"; exit 3; fi
done
mkdir -p "$1"
folder=$(realpath "$1")
if [[ -n "$(ls -A "$folder")" ]]; then fail "$folder is not empty"; exit 2; fi

stop() {
  trap - EXIT INT TERM HUP
  local pids; pids=$(jobs -p)
  # The gateway has nothing worth waiting for: everything here is thrown away.
  [[ -z "$pids" ]] || kill -KILL $pids 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$folder"
}
trap stop EXIT
trap 'exit 0' INT TERM HUP

# Says whether nobody listens on a port of this machine.
is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Below the ports that the system gives to others by itself. The daemons need a handful in a row.
for _ in $(seq 50); do
  port=$((10000 + (RANDOM * 32768 + RANDOM) % 20000))
  free=yes
  for offset in 0 1 2 10 11 12 13 14 15; do is_free $((port + offset)) || free=no; done
  [[ $free == yes ]] && break
done
[[ $free == yes ]] || { fail "found no free ports"; exit 1; }

random() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }
key=$(random 8)
secret=$(random 20)
fsid=$(cat /proc/sys/kernel/random/uuid)
mkdir -p "$folder"/{mon,osd,run,log}
export CEPH_CONF="$folder/ceph.conf"
# "public addr" and not "public bind addr", which forces the monitor onto its standard ports; and "ms mon client mode",
# without which the gateway wants a key that nobody has here.
cat >"$CEPH_CONF" <<CONF
[global]
fsid = $fsid
mon initial members = a
mon host = [v2:127.0.0.1:$((port + 1)),v1:127.0.0.1:$((port + 2))]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
ms bind port min = $((port + 10))
ms bind port max = $((port + 40))
auth cluster required = none
auth service required = none
auth client required = none
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 2
osd pool default pgp num = 2
osd pool default pg autoscale mode = off
mon allow pool size one = true
mon warn on pool no redundancy = false
mon max pg per osd = 1000
mon data avail crit = 1
mon data avail warn = 2
run dir = $folder/run
admin socket = $folder/run/\$name.asok
log file = $folder/log/\$name.log
pid file = $folder/run/\$name.pid
[mon.a]
mon data = $folder/mon
[osd.0]
osd data = $folder/osd
osd journal = $folder/osd/journal
osd objectstore = memstore
memstore device bytes = 4294967296
osd check max object name len on startup = false
[client.rgw]
ms mon client mode = crc
rgw frontends = beast endpoint=127.0.0.1:$port
rgw thread pool size = 32
rgw enable usage log = false
rgw enable apis = s3, admin
rgw gc obj min wait = 5
CONF

# Waits until a command works, at most so many seconds.
within() {
  local seconds=$1 what=$2; shift 2
  local end=$((SECONDS + seconds))
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= end)); then fail "$what did not come up within $seconds s"; tail -n 5 "$folder"/log/* >&2 || true; exit 1; fi
    sleep 0.2
  done
}
# Starts a daemon that ends with this script.
daemon() { setpriv --pdeathsig KILL "$@" </dev/null >/dev/null 2>>"$folder/log/started.err" & }
quietly() { timeout 60 "$@" >"$folder/log/step.log" 2>&1 || { cat "$folder/log/step.log" >&2; fail "this failed: $*"; exit 1; }; }
# Ended by its own limit when there is no monitor to answer.
osd_is_up() { timeout 5 ceph osd stat 2>/dev/null | grep -q '1 up'; }

quietly monmaptool --create --clobber --fsid "$fsid" \
  --addv a "[v2:127.0.0.1:$((port + 1)),v1:127.0.0.1:$((port + 2))]" "$folder/monmap"
quietly ceph-mon --mkfs -i a --monmap "$folder/monmap" --keyring /dev/null
touch "$folder/mon/keyring"
daemon ceph-mon -i a -f
within 60 "the monitor" timeout 5 ceph -s
osd_uuid=$(cat /proc/sys/kernel/random/uuid)
quietly ceph osd new "$osd_uuid"
quietly ceph-osd -i 0 --mkfs --osd-uuid "$osd_uuid"
quietly ceph osd crush add osd.0 1 root=default host=localhost
daemon ceph-osd -i 0 -f
within 60 "the storage daemon" osd_is_up
daemon radosgw -n client.rgw -f
within 120 "the gateway" curl -sf --max-time 5 "http://127.0.0.1:$port/"
quietly radosgw-admin -n client.rgw user create --uid=muniment --display-name=muniment \
  --access-key="$key" --secret-key="$secret"

printf 'ready http://127.0.0.1:%s %s %s\n' "$port" "$key" "$secret"
# In the background, so that a signal is heard while it waits; with a copy of the input, which background jobs do not get.
exec 4<&0
cat <&4 >/dev/null &
wait $!
