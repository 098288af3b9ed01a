# The device nodes of NVIDIA's cards, each with the group that may open it.
#
#   nodes.sh closed                  make what is missing, for root alone
#   nodes.sh open NAME=BY:VALUE ...  the same, and open each declared card to its group; BY is pci, uuid or index
#
# The driver's own tools would make them again for everybody (module parameter ModifyDeviceFiles, switched off), and so
# would nixpkgs' udev rules, which do nothing where a node is there already.
set -eu

dev=${NIMMER_DEV:-/dev}
proc=${NIMMER_PROC:-/proc}
frontend=195

# node NAME MAJOR MINOR
node() {
  [ -e "$dev/$1" ] || mknod -m 0600 "$dev/$1" c "$2" "$3"
}

# number INFORMATION: the minor number of a card.
number() { sed -n 's/^Device Minor:[[:space:]]*//p' "$1"; }

closed() {
  node nvidiactl "$frontend" 255
  node nvidia-modeset "$frontend" 254
  for information in "$proc"/driver/nvidia/gpus/*/information; do
    [ -e "$information" ] || continue
    minor=$(number "$information")
    node "nvidia$minor" "$frontend" "$minor"
  done
  uvm=$(sed -n 's/^ *\([0-9]*\) nvidia-uvm$/\1/p' "$proc/devices")
  if [ -n "$uvm" ]; then
    node nvidia-uvm "$uvm" 0
    node nvidia-uvm-tools "$uvm" 1
  fi
}

# address BY VALUE: the bus address under /proc/driver/nvidia/gpus.
address() {
  case $1 in
    pci) echo "$2" ;;
    # nvidia-smi counts in the order of the bus, too, and writes eight digits of the domain.
    uuid) nvidia-smi --query-gpu=uuid,pci.bus_id --format=csv,noheader | sed -n "s/^$2, *0000//p" | tr A-F a-f ;;
    index) ls "$proc/driver/nvidia/gpus" | sort | sed -n "$(($2 + 1))p" ;;
  esac
}

# grant NODE GROUP
grant() {
  chown "root:$2" "$dev/$1"
  chmod 0660 "$dev/$1"
}

closed
if [ "$1" = closed ]; then
  exit 0
fi
shift

for shared in nvidiactl nvidia-uvm nvidia-uvm-tools; do
  if [ -e "$dev/$shared" ]; then
    grant "$shared" nimmer-gpu
  fi
done

mkdir -p "$dev/nimmer"
missing=0
granted=" "
for card in "$@"; do
  name=${card%%=*}
  by=${card#*=}
  at=$(address "${by%%:*}" "${by#*:}")
  information=$proc/driver/nvidia/gpus/$at/information
  if [ -z "$at" ] || [ ! -e "$information" ]; then
    echo "the driver has no card $name ($by): compare the declaration with nvidia-smi -L and lspci -D" >&2
    rm -f "$dev/nimmer/gpu-$name"
    missing=1
    continue
  fi
  minor=$(number "$information")
  grant "nvidia$minor" "nimmer-gpu-$name"
  granted="$granted$minor "
  ln -sfn "../nvidia$minor" "$dev/nimmer/gpu-$name"
done

# What nobody declared stays closed, also where it was open before.
for information in "$proc"/driver/nvidia/gpus/*/information; do
  [ -e "$information" ] || continue
  minor=$(number "$information")
  case $granted in
    *" $minor "*) ;;
    *)
      chown root:root "$dev/nvidia$minor"
      chmod 0600 "$dev/nvidia$minor"
      ;;
  esac
done
exit "$missing"
