#!/bin/sh
# Writes what the containers need before their first start: the keys, each into the volume of the container that needs it,
# and the configuration of the NATS server. It may run again: keys that exist are kept.
#
# prepare-volumes.sh [--devnet] USER…: the users of the bus, each with a volume at /volumes/USER. The volumes
# `setup`, which only this script sees, and `nats` are always needed.
set -eu
umask 077
cd /volumes

signer='' batcher=''
if [ "$1" = --devnet ]; then
  shift
  # Accounts 3 and 1 of the well-known mnemonic of development chains (devnet/rollup/accounts.ts): no secrets.
  signer=7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6
  batcher=59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d
fi

atoll bus config --keys-dir setup/keys --out nats/nats-server.conf
for name in "$@"; do
  cp "setup/keys/$name.nkey" "$name/bus.nkey"
done

[ -e setup/jwt.hex ] || atoll keys create jwt setup/jwt.hex
# An execution client outside of Docker can read the secret from this volume too.
for name in engine execution-client; do
  cp setup/jwt.hex "$name/jwt.hex"
done

if [ -n "$signer" ]; then
  echo "$signer" > gossip/signer.hex
  echo "$batcher" > batcher/batcher.hex
fi
