import { generateKeyPair, generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { fromHex, toHex } from '#protocol/codec/hex.ts'
import { areSameBytes } from '#protocol/codec/same-bytes.ts'
import { Fault } from '#runtime/fault.ts'
import { readSecretFile, writeSecretFile } from '#runtime/keys/secret-file.ts'

/** The content of the file: 64 bytes of hex without 0x, as op-rbuilder requires. */
const digits = /^[0-9a-f]{128}$/iu

/** Bytes of the secret, which come before the public key. */
const secretBytes = 32

/**
 * Reads the ed25519 key of a builder from a file of the form that op-rbuilder's `--flashblocks.p2p_private_key_file`
 * has, so that one file serves both programs.
 *
 * @returns 64 bytes for `openHost`: the secret of 32 bytes, then its public key
 * @throws Fault `bad-key` if the file is missing, has other content, or its public key does not match the secret;
 *   `file-refused` if it cannot be read
 * Source: op-rbuilder, crates/p2p/src/lib.rs
 */
export async function readBuilderKey(path: string): Promise<Uint8Array> {
  const text = await readSecretFile(path)
  if (text === undefined) throw badKey(`${path} is missing`)
  if (!digits.test(text))
    throw badKey(
      `${path} does not hold 64 bytes of hex without 0x: the secret of an ed25519 key, then its public key`,
    )
  const key = fromHex(`0x${text}`)
  const { raw } = await generateKeyPairFromSeed('Ed25519', key.subarray(0, secretBytes))
  if (areSameBytes(raw, key)) return key
  throw badKey(`the second half of ${path} is not the public key of the first half`)
}

/**
 * Reads the key of a builder. A missing file is created with a new key, since the other builders know this one by its
 * peer id.
 *
 * @throws Fault as {@link readBuilderKey}, except for a missing file
 */
export async function loadBuilderKey(path: string): Promise<Uint8Array> {
  if ((await readSecretFile(path)) === undefined)
    await writeSecretFile(path, (await createBuilderKey()).hex)
  return readBuilderKey(path)
}

/** Makes a new key of a builder, and the peer id by which others know it. @returns `hex`: the content of a key file */
export async function createBuilderKey(): Promise<{
  readonly hex: string
  readonly peerId: string
}> {
  const key = await generateKeyPair('Ed25519')
  return { hex: toHex(key.raw).slice(2), peerId: peerIdFromPrivateKey(key).toString() }
}

const badKey = (detail: string) => new Fault('bad-key', { detail })
