#!/usr/bin/env bash
# Runs the rendered units of bus, gate, cell and host, and two identities with a card each, on a machine that one may break:
# a Debian 13 VM, reached as root by the ssh command that is given:
#
#   tests/nix/debian-vm-check.sh ssh -p 2222 -i key root@127.0.0.1
#
# What it runs are the texts of tests/nix/golden/bench/vm; of them only the paths of programs change, since there is no Nix
# store. Stand-in character devices take the place of cards. Exit 1 when something is not as it should be.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ $# -gt 0 ] || { sed -n 2,9p "$0"; exit 2; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/bin" "$work/units"

CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$work/bin" ./cmd/nimmer ./cmd/nimmer-gate ./cmd/nimmer-cell ./cmd/nimmer-host
mkdir "$work/lab"
cp tests/nix/bench/*.hcl "$work/lab"
"$work/bin/nimmer" topology emit "$work/lab" >/dev/null
cp tests/nix/bench/probe.sh tests/nix/bench/door.sh "$work"
{ echo '#!/bin/bash'; cat modules/bus/start.sh; } >"$work/bin/nimmer-nats-start"
chmod +x "$work/bin/nimmer-nats-start"

for unit in tests/nix/golden/bench/vm/*; do
  case ${unit##*/} in
    *-keys.* | nimmer-gpu.* | nimmer-identities.*) continue ;; # scripts for NixOS; check.sh does what they would
  esac
  sed -E \
    -e 's#^Environment="PATH=.*#Environment="PATH=/opt/nimmer/bin:/usr/bin:/bin"#' \
    -e 's#/nix/store/…-topology\.json#/opt/nimmer/lab/topology.json#g' \
    -e 's#/nix/store/…-nimmer-nats-start#/opt/nimmer/bin/nimmer-nats-start#g' \
    -e 's#/nix/store/…-nimmer[^/ "]*/bin/#/opt/nimmer/bin/#g' \
    -e '/^X-/d' "$unit" >"$work/units/${unit##*/}"
done
if grep -n '/nix/store' "$work"/units/*; then
  echo "debian-vm-check: the lines above name programs that are not brought along" >&2
  exit 1
fi

tar -C "$work" -c . | "$@" 'rm -rf /opt/nimmer && mkdir -p /opt/nimmer && tar -C /opt/nimmer -x --no-same-owner && chmod 755 /opt/nimmer'
"$@" bash -s <tests/nix/bench/check.sh
