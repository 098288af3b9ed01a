# Runs on the machine, as root, with everything in /opt/nimmer.
set -uo pipefail
cd /opt/nimmer
export PATH=/opt/nimmer/bin:$PATH
bad=0

ok() { echo "ok      $*"; }
no() { echo "NOT OK  $*"; bad=1; }
is() { # WHAT WANT GOT
  if [ "$2" = "$3" ]; then ok "$1: $3"; else no "$1: want $2, got $3"; fi
}
until_ok() { # SECONDS COMMAND...
  local left=$1
  shift
  until "$@" >/dev/null 2>&1; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || return 1
    sleep 1
  done
}
state() { for p in ActiveState Result; do systemctl show -P "$p" "$1"; done | paste -sd' '; }
section() { echo; echo "## $*"; }

section "machine"
systemctl --version | head -1
. /etc/os-release && echo "$PRETTY_NAME, kernel $(uname -r)"
nimmer --version

# --- what NixOS makes from the same declaration: users, groups, folders; and from the gpu module: links to the nodes.
for u in nimmer-bus nimmer-host eye ear; do id "$u" >/dev/null 2>&1 || useradd --system --user-group --shell /bin/sh "$u"; done
for g in nimmer-gpu nimmer-gpu-0 nimmer-gpu-1; do getent group "$g" >/dev/null || groupadd --system "$g"; done
mkdir -p /dev/nimmer
for n in 0 1; do
  [ -e "/dev/stand-in$n" ] || mknod "/dev/stand-in$n" c 7 $((n + 1))
  chgrp "nimmer-gpu-$n" "/dev/stand-in$n" && chmod 0660 "/dev/stand-in$n"
  ln -sfn "../stand-in$n" "/dev/nimmer/gpu-$n"
done
[ -e /dev/nimmer/open-to-all ] || mknod /dev/nimmer/open-to-all c 7 3
chmod 0666 /dev/nimmer/open-to-all

# --- keys, and what each server and client gets of them.
keys=/root/keys
[ -e "$keys/lab.json" ] || nimmer bus keys init lab --keys "$keys" >/dev/null || exit 1
nimmer bus keys apply lab --keys "$keys" >/dev/null || exit 1
install -d -m 0750 -g nimmer-bus /var/lib/nimmer/nats /var/lib/nimmer/nats/hub /var/lib/nimmer/nats/hub/hub
install -m 0640 -g nimmer-bus "$keys"/out/nats/hub/hub/*.conf /var/lib/nimmer/nats/hub/hub/
install -d -m 0700 /var/lib/nimmer/creds
install -m 0600 "$keys"/out/nats/hub/hub/creds/*.creds /var/lib/nimmer/creds/
install -d /etc/nimmer/nats/hub/hub
cp lab/nats/hub/hub/hub_vm.conf /etc/nimmer/nats/hub/hub/
ln -sf /var/lib/nimmer/nats/hub/hub/resolver.conf /etc/nimmer/nats/hub/hub/

cp units/* /etc/systemd/system/
systemctl daemon-reload

section "the units are started"
began=$(date '+%Y-%m-%d %H:%M:%S')
daemons="nimmer-nats-hub nimmer-streams-dev nimmer-gate nimmer-cell nimmer-host nimmer-cell-door"
for u in $daemons; do
  systemctl reset-failed "$u" 2>/dev/null
  systemctl restart "$u" || { no "$u does not start"; journalctl --no-pager -n 15 -u "$u"; }
done
sleep 5
for u in $daemons; do
  is "$u" "active success, 0 restarts" "$(state "$u"), $(systemctl show -P NRestarts "$u") restarts"
done
systemd-analyze security --no-pager 2>/dev/null | grep -E '^(nimmer|eye|ear)' || true

section "the agent of the host"
alive() { nimmer host ls --creds /var/lib/nimmer/creds/dev_operator.creds >/tmp/hosts && grep -q alive /tmp/hosts; }
if until_ok 60 alive; then ok "its heartbeat is heard"; else no "no heartbeat is heard"; fi
cat /tmp/hosts
systemd-run --quiet --unit nimmer-check-fails --wait false 2>/dev/null # for it to report
show() { nimmer host show vm --output json --creds /var/lib/nimmer/creds/dev_operator.creds; }
for fact in boot_id load memory nimmer-check-fails.service; do
  for _ in $(seq 60); do show >/tmp/facts && grep -q "\"$fact\"" /tmp/facts && break || sleep 1; done
  if grep -q "\"$fact\"" /tmp/facts; then ok "it reports $fact"; else no "it reports no $fact"; fi
done
systemctl reset-failed nimmer-check-fails
is "boot id" "$(cat /proc/sys/kernel/random/boot_id)" "$(grep -o '"boot_id": *"[^"]*"' /tmp/facts | cut -d'"' -f4)"
if journalctl --no-pager -o cat --since "$began" -u nimmer-host | grep -i 'denied\|permitted\|not connected'; then no "the agent was refused something"; fi

section "cells speak, and a gate opens"
nimmer gate show pressure --creds /var/lib/nimmer/creds/dev_operator.creds >/tmp/pressure
for cell in cpu load process; do
  if grep -q "$cell-vm" /tmp/pressure; then ok "gate core hears $cell-vm"; else no "gate core does not hear $cell-vm"; fi
done
nimmer gate watch --creds /var/lib/nimmer/creds/dev_operator.creds >/tmp/watched 2>&1 &
watch=$!
until_ok 60 grep -q watching /tmp/watched
opened() { grep -q 'visitor STABLE -> OPEN' /tmp/watched; }
for _ in $(seq 10); do # two voices count together when they come close together, and an emulated machine is slow
  nimmer wave send --cell camera --region hall --confidence 0.9 --source camera-vm --creds /var/lib/nimmer/creds/dev_cell_camera.creds >/dev/null
  until_ok 5 opened && break
done
if opened; then ok "the gate visitor opened"; else no "the gate visitor did not open"; fi
kill "$watch"
grep visitor /tmp/watched
nimmer gate ls --creds /var/lib/nimmer/creds/dev_operator.creds

section "identities: each in its unit"
is "who speaks for the door" "eye in nimmer-eye.slice" "$(systemctl show -P User nimmer-cell-door) in $(systemctl show -P Slice nimmer-cell-door)"
systemctl stop nimmer-cell-door
for u in eye ear; do systemctl restart "$u"; done
until_ok 20 sh -c 'journalctl -o cat -u eye | grep -q "eye: done" && journalctl -o cat -u ear | grep -q "ear: done"'
for u in eye ear; do systemctl show -P MainPID "$u" >"/opt/nimmer/$u.pid"; done
for u in eye ear; do # once more, now that both are there
  since=$(date '+%Y-%m-%d %H:%M:%S')
  sleep 1
  systemctl restart "$u"
  systemctl show -P MainPID "$u" >"/opt/nimmer/$u.pid"
  until_ok 20 sh -c "journalctl -o cat --since '$since' -u $u | grep -q '$u: done'"
  journalctl -o cat --since "$since" -u "$u" | grep '^probe' >"/tmp/probe.$u"
  cat "/tmp/probe.$u"
  is "slice of $u" "nimmer-$u.slice" "$(systemctl show -P Slice "$u")"
  is "what $u reaches" "own file,own socket,own card" "$(sed -n 's/^probe [a-z]*: \(.*\): yes$/\1/p' "/tmp/probe.$u" | paste -sd,)"
  is "lines of the other's journal that $u sees" 0 "$(sed -n 's/.*journal: //p' "/tmp/probe.$u")"
done

section "identities: a login, without the fences of a unit"
for pair in "eye 0 ear 1" "ear 1 eye 0"; do
  set -- $pair
  runuser -u "$1" -g "$1" -G "nimmer-gpu-$2" -- env -u STATE_DIRECTORY sh /opt/nimmer/probe.sh $pair >"/tmp/login.$1" 2>&1
  cat "/tmp/login.$1"
  is "what a login of $1 reaches" "own file,own socket,own card,a card that everybody's mode lets in,other's process in /proc" \
    "$(sed -n 's/^probe [a-z]*: \(.*\): yes$/\1/p' "/tmp/login.$1" | paste -sd,)"
done

section "they stop as they should"
systemctl stop eye ear nimmer-host nimmer-cell nimmer-gate nimmer-nats-hub
for u in nimmer-host nimmer-cell nimmer-gate nimmer-nats-hub; do
  is "$u" "inactive success" "$(state "$u")"
done
exit "$bad"
