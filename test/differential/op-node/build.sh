#!/usr/bin/env bash
# Builds op-node's side of the differential test inside a copy of the published Go module.
#
#   build.sh CACHE_DIR
#
# Writes CACHE_DIR/differential-op-node. Needs Go, and access to a Go module proxy once.
set -euo pipefail

OPTIMISM_MODULE=github.com/ethereum-optimism/optimism
OPTIMISM_VERSION=${OPTIMISM_VERSION:-v1.19.6}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${1:?usage: build.sh CACHE_DIR}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)

export CGO_ENABLED=0 GOFLAGS="-buildvcs=false -trimpath" GOWORK=off
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
rm -rf "$optimism/atoll-differential"
mkdir -p "$optimism/atoll-differential"
cp "$here"/*.go "$optimism/atoll-differential/"
cd "$optimism"
go build -ldflags "-s -w" -o "$cache/differential-op-node" ./atoll-differential
