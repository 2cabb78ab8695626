import type { SingularBatch } from '#protocol/batch/batch.ts'
import { fromHex, toHash } from '#protocol/codec/hex.ts'
import type { Hash } from '#protocol/primitives.ts'
import { decodeSpanBatchColumns } from '#protocol/batch/span-batch-columns.ts'
import { postExecType } from '#protocol/transaction/transaction-types.ts'
import type { Random } from '#runtime/random.ts'
import { encodeSingularBatch } from '#devnet/batcher/encode/singular-batch.ts'
import { encodeSpanBatch, toSpanBatch } from '#devnet/batcher/encode/span-batch.ts'
import type { Entry, RollupJson } from './draft.ts'
import { editBytes } from './edit-bytes.ts'
import { decoded } from './record-draft.ts'

/** Inputs for encoding batches. */
export interface BatchWriting {
  readonly random: Random
  readonly rollup: RollupJson
}

type Edit = (batch: SingularBatch, writing: BatchWriting) => SingularBatch

const edits: readonly [Edit, ...Edit[]] = [
  (batch, { random }) => ({ ...batch, parentHash: otherHash(batch.parentHash, random) }),
  (batch, { random }) => ({ ...batch, epochHash: otherHash(batch.epochHash, random) }),
  (batch, { random }) => shiftEpoch(batch, BigInt(random.pick([-2, -1, 1, 1, 2, 9, 1_000]))),
  (batch, { random, rollup }) => {
    const step = rollup.block_time
    const by = random.pick([-step, step, 1, 1, -1, 2 * step, -5 * step, 100_000_000])
    return { ...batch, timestamp: positive(batch.timestamp + BigInt(by)) }
  },
  (batch, { random }) => withTransaction(batch, oddTransaction(random)),
  (batch, { random }) => withTransaction(batch, oddTransaction(random)),
  (batch, { random }) => withTransaction(batch, oddTransaction(random)),
  (batch) => ({ ...batch, transactions: [] }),
  (batch) => ({ ...batch, transactions: batch.transactions.slice(1) }),
  (batch) => ({
    ...batch,
    transactions: [...batch.transactions, ...batch.transactions.slice(0, 1)],
  }),
  (batch, { random }) => ({
    ...batch,
    transactions: batch.transactions.map((raw, at) => (at === 0 ? editBytes(raw, random) : raw)),
  }),
]

/** Changes one batch, or removes, repeats or reorders batches. */
export function editBatches(
  batches: readonly SingularBatch[],
  writing: BatchWriting,
): readonly SingularBatch[] {
  const { random } = writing
  const at = random.between(0, batches.length - 1)
  const chosen = batches[at]
  if (chosen === undefined) return batches
  switch (random.between(0, 11)) {
    case 0:
      return batches.toSpliced(at, 1)
    case 1:
      return batches.toSpliced(at, 0, chosen)
    case 2:
      return [...batches.slice(at), ...batches.slice(0, at)]
    case 3:
      // The epoch of all later batches changes too: a span batch can encode only epochs that rise by 0 or 1.
      return batches.map((batch, index) => (index < at ? batch : shiftEpoch(batch, 1n)))
    default:
      return batches.with(at, random.pick(edits)(chosen, writing))
  }
}

function shiftEpoch(batch: SingularBatch, by: bigint): SingularBatch {
  return { ...batch, epochNumber: positive(batch.epochNumber + by) }
}

function positive(value: bigint): bigint {
  return value < 0n ? 0n : value
}

function otherHash(hash: Hash, random: Random): Hash {
  const bytes = new Uint8Array(fromHex(hash))
  const at = random.between(0, 31)
  bytes[at] = (bytes[at] ?? 0) ^ 1
  return toHash(bytes)
}

function withTransaction(batch: SingularBatch, raw: Uint8Array): SingularBatch {
  return { ...batch, transactions: [...batch.transactions, raw] }
}

/** Bytes with an unusual type or body. Many are not valid as a transaction of a batch, some only before a fork. */
function oddTransaction(random: Random): Uint8Array {
  const type = random.pick([0x7e, 0x7d, 0x04, 0x03, 0x05, 0x02, 0xc0, 0x00, 0x7f])
  const body = random.pick([[], [0xc0], [0xc2, 1, 2], [0xc1, 0x80], [1, 2, 3], [0xb8, 1, 0]])
  return random.chance(0.15) ? new Uint8Array(0) : Uint8Array.from([type, ...body])
}

/** The encoded batches. If one span batch cannot represent all batches, each of them becomes a singular batch. */
export function encodeEntry(entry: Entry, { random, rollup }: BatchWriting): readonly Uint8Array[] {
  if (entry.kind === 'raw') return [entry.bytes]
  const { batches, form } = entry
  const [first] = batches
  if (form === 'singular' || first === undefined) return batches.map(encodeSingularBatch)
  const options = {
    genesisTimestamp: BigInt(rollup.genesis.l2_time),
    chainId: BigInt(rollup.l2_chain_id),
    beginsEpoch: random.chance(0.5),
  }
  const span = attempt(() => encodeSpanBatch(toSpanBatch(batches), options))
  if (span === undefined) return batches.map(encodeSingularBatch)
  return [random.chance(0.3) ? fillPostExecSlot(span, batches, random) : span]
}

/** Sets a byte of the signature of the first post-exec transaction, or its y parity, if there is such a transaction. */
function fillPostExecSlot(
  span: Uint8Array,
  batches: readonly SingularBatch[],
  random: Random,
): Uint8Array {
  const index = batches
    .flatMap(({ transactions }) => transactions)
    .findIndex(([type]) => type === postExecType)
  if (index < 0) return span
  // The offsets do not count the type byte.
  const { signaturesAt } = decodeSpanBatchColumns(span.subarray(1))
  if (random.chance(0.7)) return span.with(1 + signaturesAt + 64 * index + random.between(0, 63), 1)
  const parityAt = signaturesAt - (index >> 3)
  return span.with(parityAt, (span[parityAt] ?? 0) ^ (1 << (index & 7)))
}

function attempt(encode: () => Uint8Array): Uint8Array | undefined {
  try {
    return decoded(encode)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Changes the bytes of one entry, or removes, repeats or inserts an entry. */
export function editEntries(entries: readonly Uint8Array[], random: Random): readonly Uint8Array[] {
  const at = random.between(0, entries.length - 1)
  const chosen = entries[at]
  if (chosen === undefined) return entries
  switch (random.between(0, 7)) {
    case 0:
      return entries.toSpliced(at, 1)
    case 1:
      return entries.toSpliced(at, 0, chosen)
    case 2:
      return entries.toSpliced(at, 0, random.bytes(random.between(0, 40)))
    case 3:
      return entries.with(at, Uint8Array.from([random.pick([0, 1, 2, 255]), ...chosen.subarray(1)]))
    case 4:
    case 5: {
      // The start of a span batch has counts, bitfields and varints.
      const head = chosen.subarray(0, 70)
      return entries.with(at, Buffer.concat([editBytes(head, random), chosen.subarray(70)]))
    }
    default:
      return entries.with(at, editBytes(chosen, random))
  }
}
