import { readFileSync } from 'node:fs'
import type { Payload } from '#protocol/block/payload.ts'
import { hashPayload } from '#protocol/block/payload-hash.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { fromHex, toAddress, toHash } from '#protocol/codec/hex.ts'
import { encodePayload } from '#protocol/p2p/encode-payload.ts'
import { type PayloadVersion } from '#protocol/p2p/payload-version.ts'
import { joined } from '#protocol/codec/joined.ts'
import { payloadHash, signBlock, signingHash } from '#protocol/p2p/payload-signature.ts'
import { rollupConfig } from './rollup-config.ts'

/** A message of `test/vectors/p2p/block-messages.json`. */
export interface MessageVector {
  readonly name: string
  readonly version: PayloadVersion
  readonly topic: string
  readonly data: string
  readonly specId: string
  readonly opNodeId: string
  readonly sszBytes: number
  readonly timestamp: string
  readonly blockHash: string
  readonly computedBlockHash: string
  readonly payloadHash: string
  readonly signingHash: string
  readonly signer: string
}

const file = new URL('../vectors/p2p/block-messages.json', import.meta.url)
export const { messages: messageVectors } = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly messages: readonly MessageVector[]
}

/** The key of the signer, and its address. */
export const signerKey: Uint8Array = new Uint8Array(32).fill(1)
export const signerAddress = toAddress(fromHex('0x1a642f0e3c3af545e7acbd38b07251b3990914f1'))

const filled = (byte: number) => toHash(new Uint8Array(32).fill(byte))

/** The payload of the vector M5. */
export const samplePayload: Payload = {
  blockHash: toHash(fromHex('0x370c465f8b5d05a78741bac0cb05e9e4d08855acd9e27133a994b3f7b220e4a7')),
  parentHash: filled(0x11),
  feeRecipient: toAddress(fromHex('0x4200000000000000000000000000000000000011')),
  stateRoot: filled(0x22),
  receiptsRoot: filled(0x33),
  logsBloom: new Uint8Array(256),
  prevRandao: filled(0x44),
  number: 66_051n,
  gasLimit: 60_000_000n,
  gasUsed: 21_000n,
  timestamp: 1_744_830_464n,
  extraData: fromHex('0x01000000fa000000060000000000000007'),
  baseFeePerGas: 1_000_000_007n,
  withdrawals: [],
  blobGasUsed: 400n,
  excessBlobGas: 0n,
  parentBeaconBlockRoot: filled(0x66),
  withdrawalsRoot: filled(0x55),
  transactions: [fromHex('0x7ec0'), fromHex('0x02c3010203')],
}

/** The sample payload with only the fields that a version has, and with the hash of these fields. */
export function payloadOf(version: PayloadVersion, changes: Partial<Payload> = {}): Payload {
  const payload: Payload = {
    ...samplePayload,
    // Before Jovian, blocks use no blob gas.
    ...(version < 4 && { blobGasUsed: 0n, withdrawalsRoot: undefined }),
    ...(version < 3 && {
      blobGasUsed: undefined,
      excessBlobGas: undefined,
      parentBeaconBlockRoot: undefined,
    }),
    ...(version < 2 && { withdrawals: undefined }),
    ...changes,
  }
  return { ...payload, blockHash: changes.blockHash ?? hashPayload(payload) }
}

/** A chain on which all blocks are published with one version. With version 4, Jovian is active. */
export function configOf(version: PayloadVersion): RollupConfig {
  const fork = ({ 1: 'regolith', 2: 'canyon', 3: 'holocene', 4: 'jovian' } as const)[version]
  return rollupConfig({ l2ChainId: 10n, hardforkTimes: { [fork]: 0n } })
}

/** A signed message on the chain of `configOf`, decompressed. */
export function signedMessage(
  version: PayloadVersion,
  payload: Payload,
  key: Uint8Array = signerKey,
): Uint8Array {
  const body = encodePayload(version, payload)
  return joined([signBlock(signingHash(10n, payloadHash(body)), key), body])
}
