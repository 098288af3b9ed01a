# probe ME MY_CARD OTHER THEIR_CARD: what this identity reaches of its own and of the other's, line by line. Stays until it
# is told to stop, with a file and a socket for the other to try.
me=$1 mine=$2 other=$3 theirs=$4

say() { echo "probe $me: $*"; }
try() { # WHAT COMMAND...
  what=$1
  shift
  if error=$("$@" 2>&1 >/dev/null); then say "$what: yes"; else say "$what: no (${error##*: })"; fi
}
open() { head -c 0 "$1"; }
connect() { perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Peer => $ARGV[0]) or die "connect: $!\n"' "$1"; }

umask 077
if [ "$(id -un)" = "$me" ] && [ -n "${STATE_DIRECTORY:-}" ]; then
  echo "known to $me alone" >"$STATE_DIRECTORY/secret"
  perl -MIO::Socket::UNIX -e '$s = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 5) or die; 1 while $s->accept' \
    "$RUNTIME_DIRECTORY/socket" &
  while [ ! -S "$RUNTIME_DIRECTORY/socket" ]; do sleep 0.1; done
fi

try "own file" cat "/var/lib/$me/secret"
try "own socket" connect "/run/$me/socket"
try "own card" open "/dev/nimmer/gpu-$mine"
try "other's file" cat "/var/lib/$other/secret"
try "other's socket" connect "/run/$other/socket"
try "other's credentials" ls "/run/credentials/$other.service"
try "other's card" open "/dev/nimmer/gpu-$theirs"
try "a card that everybody's mode lets in" open /dev/nimmer/open-to-all
try "the disk" open /dev/vda
pid=$(cat "/opt/nimmer/$other.pid" 2>/dev/null)
if [ -n "$pid" ]; then
  try "other's process in /proc" ls "/proc/$pid/stat"
  try "a signal to the other" kill -0 "$pid"
  try "other's environment" cat "/proc/$pid/environ"
fi
lines=$(journalctl --quiet --no-pager --output=cat "_SYSTEMD_UNIT=$other.service" 2>/dev/null | grep -c .)
say "lines of the other's journal: $lines"
say done
[ -z "${STATE_DIRECTORY:-}" ] || wait
