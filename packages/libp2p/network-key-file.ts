import { randomBytes } from 'node:crypto'
import { fromHex } from '#protocol/codec/hex.ts'
import { publicKeyOf } from '#protocol/p2p/network-key.ts'
import { Fault } from '#runtime/fault.ts'
import { readHexKey } from '#runtime/keys/hex-key.ts'
import { readSecretFile, writeSecretFile } from '#runtime/keys/secret-file.ts'

/**
 * Reads the private key of a host from a file, which may be op-node's `opnode_p2p_priv.txt`.
 *
 * @returns 32 bytes
 * @throws Fault `bad-key` if the file is missing or has other content; `file-refused` if it cannot be read
 */
export async function readNetworkKey(path: string): Promise<Uint8Array> {
  const key = fromHex(`0x${await readHexKey(path)}`)
  try {
    publicKeyOf(key)
  } catch (cause) {
    throw new Fault('bad-key', { detail: `${path} does not hold a key of secp256k1`, cause })
  }
  return key
}

/**
 * Reads the private key of a host. A missing file is created with a new key, as in op-node. The key is kept in the
 * file, since a host that changes its peer id loses its reputation.
 *
 * @throws Fault as {@link readNetworkKey}, except for a missing file
 */
export async function loadNetworkKey(path: string): Promise<Uint8Array> {
  // Random bytes are an invalid key with a probability of only 2^-128.
  if ((await readSecretFile(path)) === undefined)
    await writeSecretFile(path, randomBytes(32).toString('hex'))
  return readNetworkKey(path)
}
