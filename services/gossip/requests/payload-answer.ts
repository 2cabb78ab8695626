import type { Payload } from '#protocol/block/payload.ts'
import { hashPayload } from '#protocol/block/payload-hash.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { decodePayload } from '#protocol/p2p/decode-payload.ts'
import { encodePayload } from '#protocol/p2p/encode-payload.ts'
import { maxGossipBytes } from '#protocol/p2p/gossip-data.ts'
import { type PayloadVersion, payloadVersionAt } from '#protocol/p2p/payload-version.ts'
import { compressFrames, decompressFrames } from '#protocol/p2p/snappy-frames.ts'
import type { Hash } from '#protocol/primitives.ts'

/** Reasons for an answer without a payload, each with its result byte. */
const refusals = { 'not-found': 1, 'out-of-range': 2, failed: 3 } as const

/** The answer to a request. */
export type PayloadAnswer =
  { readonly kind: 'payload'; readonly payload: Payload } | { readonly kind: keyof typeof refusals }

/** Ids of the protocol: first op-node's, then that of the specs. Spec: rollup-node-p2p.md#payload_by_number */
export function requestProtocols(l2ChainId: bigint): readonly string[] {
  const id = `/opstack/req/payload_by_number/${l2ChainId}/0`
  return [id, `${id}/`]
}

/** Encodes the number of the requested block. */
export function encodeRequest(number: bigint): Uint8Array {
  const bytes = new Uint8Array(requestBytes)
  new DataView(bytes.buffer).setBigUint64(0, number, true)
  return bytes
}

/** Size of a request. */
export const requestBytes = 8

/** Decodes a request of `requestBytes`. */
export function decodeRequest(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
}

/** Result byte and version, before the frames. */
const headBytes = 5

/** Encodes an answer, part by part. From Ecotone on the version is 1, also after Isthmus, as in op-node. */
export function* encodeAnswer(config: RollupConfig, answer: PayloadAnswer): Generator<Uint8Array> {
  if (answer.kind !== 'payload') {
    yield Uint8Array.of(refusals[answer.kind])
    return
  }
  const version = payloadVersionAt(config, answer.payload.timestamp)
  yield Uint8Array.of(0, version >= 3 ? 1 : 0, 0, 0, 0)
  yield* compressFrames(encodePayload(version, answer.payload))
}

/** Limit on an answer in bytes. */
export const maxAnswerBytes: number = headBytes + maxGossipBytes

/** The block that an answer must have. */
export interface Wanted {
  readonly number: bigint
  readonly hash: Hash
}

/**
 * Decodes an answer, and checks that it has the block.
 *
 * @throws DecodeError if the answer is malformed, or has another block
 */
export function decodeAnswer(
  config: RollupConfig,
  bytes: Uint8Array,
  wanted: Wanted,
): PayloadAnswer {
  const [result] = bytes
  if (result === undefined) throw new DecodeError('an empty answer')
  if (result !== 0) return { kind: refusalOf(result) }
  const data = decompressFrames(bytes.subarray(headBytes), maxGossipBytes)
  const [, format] = bytes
  const { payload, version } = firstDecoded(format === 0 ? [2, 1] : [4, 3], data)
  const isWanted = payload.number === wanted.number && payload.blockHash === wanted.hash
  if (!isWanted || hashPayload(payload) !== wanted.hash)
    throw new DecodeError('an answer with another block')
  if (version !== payloadVersionAt(config, payload.timestamp))
    throw new DecodeError('an answer in a version of another hardfork')
  return { kind: 'payload', payload }
}

function refusalOf(result: number): keyof typeof refusals {
  if (result === refusals['not-found']) return 'not-found'
  return result === refusals['out-of-range'] ? 'out-of-range' : 'failed'
}

/**
 * Decodes data in the version in which it is valid. Versions differ in the offset of the first variable part, so the
 * data is valid in at most one version.
 */
function firstDecoded(
  versions: readonly PayloadVersion[],
  data: Uint8Array,
): { readonly payload: Payload; readonly version: PayloadVersion } {
  let last: DecodeError | undefined
  for (const version of versions)
    try {
      return { version, payload: decodePayload(version, data) }
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      last = error
    }
  throw last ?? new DecodeError('an answer without a version')
}
