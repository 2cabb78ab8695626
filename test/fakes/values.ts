import type { ChainState } from '#messages/chain-state.ts'
import type { L1Heads } from '#messages/l1-heads.ts'
import type { SafeAt } from '#messages/safe-at.ts'
import type { ServiceStatus } from '#messages/service-status.ts'
import type { BlockId, L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import type { Address, Bytes32, Bytes8, Hash } from '#protocol/primitives.ts'

/** A hash that a reader of a test recognises, because its last digits are the number. */
export function hash(number: number | bigint): Hash {
  return `0x${number.toString(16).padStart(64, '0')}` as Hash
}

export function blockId(number: number | bigint): BlockId {
  return { number: BigInt(number), hash: hash(number) }
}

export function l1Ref(number: number | bigint): L1BlockRef {
  return {
    ...blockId(number),
    parentHash: hash(BigInt(number) + 1_000n),
    timestamp: 12n * BigInt(number),
  }
}

export function l2Ref(number: number | bigint): L2BlockRef {
  return { ...l1Ref(number), l1Origin: blockId(7), sequenceNumber: 3n }
}

export function headsAt(number: number | bigint): L1Heads {
  return { head: l1Ref(number), safe: undefined, finalized: undefined }
}

export function safeEntry(number: number | bigint, generation = 1n): SafeAt {
  return { l1: blockId(number), safe: blockId(2n * BigInt(number)), generation }
}

export function chainAt({
  generation,
  version,
}: {
  readonly generation: bigint
  readonly version: bigint
}): ChainState {
  const head = l2Ref(100)
  const word = hash(1) as string as Bytes32
  return {
    generation,
    version,
    sequence: 0n,
    outcome: 'started',
    attributesDigest: undefined,
    unsafe: head,
    safe: head,
    finalized: head,
    localSafe: head,
    pendingSafe: head,
    start: {
      safe: head,
      l1Origin: l1Ref(7),
      systemConfig: {
        batcherAddress: `0x${'ba'.repeat(20)}` as Address,
        overhead: word,
        scalar: word,
        gasLimit: 30_000_000n,
        eip1559Params: `0x${'00'.repeat(8)}` as Bytes8,
        operatorFeeParams: word,
        minBaseFee: 0n,
        daFootprintGasScalar: 400,
      },
    },
    sync: 'ready',
    term: 1n,
    instance: 'engine-0',
  }
}

export function statusOf(instance: string): ServiceStatus {
  return {
    instance,
    version: '0.0.0',
    startedMs: 1,
    phase: 'running',
    wait: undefined,
    inputs: [],
    notices: [],
    writtenMs: 2,
  }
}
