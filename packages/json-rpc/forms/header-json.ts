import * as z from 'zod'
import type { Header } from '#protocol/block/header.ts'
import type { Hash } from '#protocol/primitives.ts'
import { addressJson, bytes8Json, hashJson, hexJson, quantityJson, uint64Json } from './fields.ts'

/** Fields of a header as `eth_getBlockByNumber` returns it. */
const headerFields = z.looseObject({
  parentHash: hashJson,
  sha3Uncles: hashJson,
  miner: addressJson,
  stateRoot: hashJson,
  transactionsRoot: hashJson,
  receiptsRoot: hashJson,
  logsBloom: hexJson,
  difficulty: quantityJson,
  number: uint64Json,
  gasLimit: uint64Json,
  gasUsed: uint64Json,
  timestamp: uint64Json,
  extraData: hexJson,
  mixHash: hashJson,
  nonce: bytes8Json,
  baseFeePerGas: quantityJson.optional(),
  withdrawalsRoot: hashJson.optional(),
  blobGasUsed: uint64Json.optional(),
  excessBlobGas: uint64Json.optional(),
  parentBeaconBlockRoot: hashJson.optional(),
  requestsHash: hashJson.optional(),
  blockAccessListHash: hashJson.optional(),
  slotNumber: uint64Json.optional(),
})

/** A header as `eth_getBlockByNumber` returns it. */
export const headerJson = headerFields.transform((json): Header => ({
  ...json,
  ommersHash: json.sha3Uncles,
  beneficiary: json.miner,
  prevRandao: json.mixHash,
  baseFeePerGas: json.baseFeePerGas,
  withdrawalsRoot: json.withdrawalsRoot,
  blobGasUsed: json.blobGasUsed,
  excessBlobGas: json.excessBlobGas,
  parentBeaconBlockRoot: json.parentBeaconBlockRoot,
  requestsHash: json.requestsHash,
  blockAccessListHash: json.blockAccessListHash,
  slotNumber: json.slotNumber,
}))

/** The last fork of L1 whose header fields are known here. */
const lastKnownFork = 'Amsterdam'

/** Names of all known JSON fields of a block, including the fields of its header. */
const blockFields: ReadonlySet<string> = new Set([
  ...Object.keys(headerFields.shape),
  'hash',
  'size',
  'totalDifficulty',
  'transactions',
  'uncles',
  'withdrawals',
])

/** Names of fields of a block that may belong to its header, and are unknown to this version. */
export function unknownHeaderFields(json: unknown): readonly string[] {
  if (typeof json !== 'object' || json === null) return []
  return Object.keys(json).filter((name) => !blockFields.has(name))
}

/** Explains why the hash of a header differs from the hash that the node reported. */
export function headerHashProblem({
  computed,
  reported,
  unknownFields,
}: {
  readonly computed: Hash
  readonly reported: Hash
  readonly unknownFields: readonly string[]
}): string {
  const what = `the header has hash ${computed}, not ${reported}`
  if (unknownFields.length === 0) return `${what}: a field is wrong`
  const names = unknownFields
    .slice(0, maxNamedFields)
    .map((name) => name.slice(0, maxFieldName))
    .join(', ')
  return `${what}: it has fields that this version does not know (${names}), of a fork after ${lastKnownFork} or of this endpoint`
}

/** Limit on the unknown fields that a message names. */
const maxNamedFields = 5

/** Characters of a field's name that a message shows. */
const maxFieldName = 40
