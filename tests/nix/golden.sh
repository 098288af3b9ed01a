#!/usr/bin/env bash
# Renders the units and slices of nimmer on every NixOS host of the example labs and of the bench lab (tests/nix/bench), and
# keeps them in tests/nix/golden:
#
#   tests/nix/golden.sh NIXPKGS           # write them
#   tests/nix/golden.sh --check NIXPKGS   # compare; exit 1 and a diff when they differ
#
# NIXPKGS is a folder with a whole nixpkgs. Hashes and versions of store paths are masked, and what NixOS puts into every
# unit is left out, so that another nixpkgs makes other files only where it makes other units.
set -euo pipefail
cd "$(dirname "$0")/../.."

check=
if [ "${1:-}" = --check ]; then
  check=1
  shift
fi
nixpkgs=${1:?usage: tests/nix/golden.sh [--check] NIXPKGS}

new=$(mktemp -d)
trap 'rm -rf "$new"' EXIT

render() { # LAB TOPOLOGY HOST
  nix-instantiate --eval --strict --json tests/nix/units.nix \
    --arg nixpkgs "$nixpkgs" --arg topology "$2" --argstr host "$3" >"$new/$1.$3.json"
  mkdir -p "$new/$1/$3"
  jq -r 'keys[]' "$new/$1.$3.json" | while read -r unit; do
    printf '%s\n' "$(jq -r --arg unit "$unit" '.[$unit]' "$new/$1.$3.json")" | sed -E \
      -e '/^Environment="(LOCALE_ARCHIVE|TZDIR)=/d' \
      -e 's#/nix/store/[0-9a-z]{32}-#/nix/store/…-#g' \
      -e 's#(/nix/store/…-[A-Za-z0-9+._-]*[A-Za-z_])-[0-9]+(\.[0-9]|[0-9]{3}[a-z])[^/:" ]*#\1#g' \
      -e 's#(/nix/store/…-[A-Za-z0-9+._-]*[A-Za-z_])-[0-9]+/#\1/#g' \
      >"$new/$1/$3/$unit"
  done
  rm "$new/$1.$3.json"
}

each() { # LAB TOPOLOGY
  local host
  for host in $(jq -r '.hosts[] | select(.system | endswith("-linux")) | .name' "$2/topology.json"); do
    render "$1" "$2" "$host"
  done
}

mkdir "$new/.bench"
cp tests/nix/bench/*.hcl "$new/.bench"
go run ./cmd/nimmer topology emit "$new/.bench" >/dev/null

each bench "$new/.bench"
each nimmerverse "$PWD/topology"
each cim "$PWD/topology/examples/cim"
rm -r "$new/.bench"

if [ -n "$check" ]; then
  diff -ruN tests/nix/golden "$new" || {
    echo "golden.sh: the units are not those of tests/nix/golden: run tests/nix/golden.sh $nixpkgs and look at the difference" >&2
    exit 1
  }
else
  rm -rf tests/nix/golden
  mkdir -p tests/nix/golden
  cp -r "$new"/. tests/nix/golden
fi
