import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { fromHex, toHash } from '#protocol/codec/hex.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import { Fault } from '#runtime/fault.ts'
import { hashOf } from './model-l1.ts'

/** A block of the model's L2. */
export interface ModelBlock extends L2BlockRef {
  readonly transactions: readonly Uint8Array[]
}

/** The labels of an execution client. */
export interface ModelHeads {
  readonly safe: ModelBlock
  readonly finalized: ModelBlock
}

/** What came of building a block. */
export type Built =
  { readonly status: 'valid'; readonly block: ModelBlock } | { readonly status: 'invalid' }

/** Seconds from one L2 block to the next. */
const blockTime = 2n

/** An execution client that keeps all it ever built, and refuses a batch whose first byte is 1. */
export class ModelExecution {
  readonly #blocks = new Map<Hash, ModelBlock>()
  #safe: ModelBlock
  #finalized: ModelBlock

  constructor(genesis: ModelBlock) {
    this.#blocks.set(genesis.hash, genesis)
    this.#safe = genesis
    this.#finalized = genesis
  }

  heads(): ModelHeads {
    return { safe: this.#safe, finalized: this.#finalized }
  }

  block(hash: Hash): ModelBlock | undefined {
    return this.#blocks.get(hash)
  }

  build(parentHash: Hash, attributes: PayloadAttributes): Built {
    const parent = this.#known(parentHash)
    if (attributes.transactions.some((transaction) => transaction[0] === 1))
      return { status: 'invalid' }
    const block = blockOn(parent, attributes.transactions)
    this.#blocks.set(block.hash, block)
    return { status: 'valid', block }
  }

  /**
   * @throws Fault `forkchoice-refused` if the finalized block would be given up: two engines at once do that to each
   * other, for as long as a lost store lets both believe that they hold the lease
   */
  forkchoice({ safe, finalized }: { readonly safe: Hash; readonly finalized: Hash }): void {
    const newSafe = this.#known(safe)
    const newFinalized = this.#known(finalized)
    const isBelow = this.chain(newSafe).includes(newFinalized)
    if (!isBelow || !this.chain(newFinalized).includes(this.#finalized))
      throw new Fault('forkchoice-refused', { severity: 'reset' })
    this.#safe = newSafe
    this.#finalized = newFinalized
  }

  /** A block and all below it, genesis first. */
  chain(head: ModelBlock): readonly ModelBlock[] {
    const chain: ModelBlock[] = []
    let block: ModelBlock | undefined = head
    while (block !== undefined) {
      chain.push(block)
      block = this.#blocks.get(block.parentHash)
    }
    return chain.toReversed()
  }

  #known(hash: Hash): ModelBlock {
    const block = this.#blocks.get(hash)
    if (block === undefined) throw new Error(`unknown block ${hash}`)
    return block
  }
}

/** The first L2 block: its L1 origin is the first L1 block. */
export function genesisOn(l1Genesis: L1Block): ModelBlock {
  return {
    hash: hashOf('l2 genesis'),
    number: 0n,
    parentHash: toHash(new Uint8Array(32)),
    timestamp: l1Genesis.timestamp,
    l1Origin: { hash: l1Genesis.hash, number: l1Genesis.number },
    sequenceNumber: 0n,
    transactions: [],
  }
}

/** The attributes of a batch: the n-th of its L1 block makes the block with sequence number n. */
export function attributesOf(
  parent: L2BlockRef,
  { l1, batch, sequenceNumber }: BatchPlace,
): PayloadAttributes {
  return {
    timestamp: parent.timestamp + blockTime,
    prevRandao: l1.hash,
    suggestedFeeRecipient: `0x${'fe'.repeat(20)}` as Address,
    withdrawals: [],
    parentBeaconBlockRoot: undefined,
    transactions: [depositOf(l1, sequenceNumber), batch],
    noTxPool: true,
    gasLimit: 30_000_000n,
    eip1559Params: undefined,
    minBaseFee: undefined,
  }
}

/** Where a batch stands in L1. */
export interface BatchPlace {
  readonly l1: { readonly hash: Hash; readonly number: bigint }
  readonly batch: Uint8Array
  readonly sequenceNumber: bigint
}

/** The same block with its deposits only. */
export function depositsOnly(attributes: PayloadAttributes): PayloadAttributes {
  return { ...attributes, transactions: attributes.transactions.slice(0, 1) }
}

/** The chain that one pass over L1 makes: a refused batch leaves deposits only, and the rest of its L1 block unread. */
export function expectedChain(l1Chain: readonly L1Block[]): readonly ModelBlock[] {
  const [first] = l1Chain
  if (first === undefined) return []
  const chain = [genesisOn(first)]
  for (const l1 of l1Chain)
    for (const [at, { data }] of l1.inboxTransactions.entries()) {
      const parent = chain.at(-1) ?? genesisOn(first)
      const attributes = attributesOf(parent, { l1, batch: data, sequenceNumber: BigInt(at) })
      const isRefused = data[0] === 1
      const { transactions } = isRefused ? depositsOnly(attributes) : attributes
      chain.push(blockOn(parent, transactions))
      if (isRefused) break
    }
  return chain
}

/** As the L1 attributes deposit does: L1 origin and sequence number are read back from a block's first transaction. */
function depositOf(l1: BatchPlace['l1'], sequenceNumber: bigint): Uint8Array {
  const deposit = Buffer.alloc(49)
  deposit.writeUInt8(0x7e)
  deposit.set(fromHex(l1.hash), 1)
  deposit.writeBigUInt64BE(l1.number, 33)
  deposit.writeBigUInt64BE(sequenceNumber, 41)
  return Uint8Array.from(deposit)
}

function blockOn(parent: L2BlockRef, transactions: readonly Uint8Array[]): ModelBlock {
  const deposit = Buffer.from(transactions[0] ?? new Uint8Array(49))
  return {
    hash: hashOf(parent.hash, ...transactions),
    number: parent.number + 1n,
    parentHash: parent.hash,
    timestamp: parent.timestamp + blockTime,
    l1Origin: { hash: toHash(deposit.subarray(1, 33)), number: deposit.readBigUInt64BE(33) },
    sequenceNumber: deposit.readBigUInt64BE(41),
    transactions,
  }
}
