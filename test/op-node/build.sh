#!/usr/bin/env bash
# Builds a program of this folder inside a copy of the published Go module that op-node comes from.
#
#   build.sh PROGRAM CACHE_DIR
#
# PROGRAM is the name of a folder here; writes CACHE_DIR/op-node-PROGRAM. Needs Go, and access to a Go module proxy once. With
# a C compiler signatures are recovered as fast as in op-node's releases.
set -euo pipefail

OPTIMISM_MODULE=github.com/ethereum-optimism/optimism
OPTIMISM_VERSION=${OPTIMISM_VERSION:-v1.19.6}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
usage='usage: build.sh PROGRAM CACHE_DIR'
program=${1:?$usage}
cache=${2:?$usage}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)

export GOFLAGS="-buildvcs=false -trimpath" GOWORK=off
# module_dir PATH VERSION: downloads a module (checked against the checksum database) and prints its folder.
module_dir() {
  (cd "$cache" && go mod download -json "$1@$2") | sed -n 's/^[[:space:]]*"Dir": "\(.*\)",\{0,1\}$/\1/p'
}

optimism=$cache/optimism@$OPTIMISM_VERSION
if [ ! -d "$optimism" ]; then
  rm -rf "$optimism.tmp"
  cp -r "$(module_dir "$OPTIMISM_MODULE" "$OPTIMISM_VERSION")" "$optimism.tmp"
  chmod -R u+w "$optimism.tmp"
  # The published module lacks its (git-ignored) registry archive, and pins another one's hash: take op-geth's and re-pin.
  # Derivation with a rollup config of its own does not read it.
  read -r geth_module geth_version < <(sed -n 's/^replace github.com\/ethereum\/go-ethereum => \([^ ]*\) \([^ ]*\).*$/\1 \2/p' "$optimism.tmp/go.mod")
  registry=$optimism.tmp/op-core/superchain
  cp "$(module_dir "$geth_module" "$geth_version")/superchain/superchain-configs.zip" "$registry/superchain-configs.zip"
  (cd "$registry" && chmod u+w superchain-configs.zip && sha256sum superchain-configs.zip > superchain-configs.zip.sha256)
  mv "$optimism.tmp" "$optimism"
fi

# Compiled inside the module's copy, so that its go.mod and go.sum pin every dependency.
rm -rf "$optimism/atoll-$program"
mkdir -p "$optimism/atoll-$program"
cp "$here/$program"/*.go "$optimism/atoll-$program/"
cd "$optimism"
go build -ldflags "-s -w" -o "$cache/op-node-$program" "./atoll-$program"
