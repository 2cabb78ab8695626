import type { SingularBatch } from '#protocol/batch/batch.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import { toBigEndian } from '#protocol/codec/big-endian.ts'
import { fromHex } from '#protocol/codec/hex.ts'
import { encodeRlp } from '#protocol/codec/rlp.ts'
import { AttributesBuilder } from '#protocol/derivation/attributes.ts'
import type { L2Head } from '#protocol/pipeline/pipeline.ts'
import type { Hash } from '#protocol/primitives.ts'
import { address } from '#test/fakes/test-rollup.ts'
import type { Random } from '#runtime/random.ts'
import { payloadOf, refOfPayload, type StandInRules } from './stand-in-chain.ts'

/** A block of the sequencer, as a batch and as an L2 head. */
export interface SequencedBlock {
  readonly batch: SingularBatch
  readonly head: L2Head
}

/** A block of the sequencer, with the parent and the attributes from which it was built. */
export interface MadeBlock {
  readonly payload: Payload
  readonly parent: Pick<L2BlockRef, 'hash' | 'number'>
  readonly attributes: PayloadAttributes
}

/** A block of the sequencer, and when it was made, in milliseconds from the start of the script. */
export interface Sequenced extends MadeBlock {
  readonly atMs: number
}

interface SequencerOptions {
  readonly rules: StandInRules
  readonly random: Random
  readonly onBlock: (block: MadeBlock) => void
}

/** Makes L2 blocks ahead of the safe head, without knowing which of them the execution client will refuse. */
export class Sequencer {
  readonly #rules: StandInRules
  readonly #random: Random
  readonly #builder: AttributesBuilder
  readonly #onBlock: (block: MadeBlock) => void
  #blocks: SequencedBlock[] = []
  #head: L2Head
  #nonce = 0n

  constructor({ rules, random, onBlock }: SequencerOptions, head: L2Head) {
    this.#rules = rules
    this.#random = random
    this.#onBlock = onBlock
    this.#builder = new AttributesBuilder(rules.config)
    this.#head = head
  }

  /** The blocks made since the last restart. */
  get blocks(): readonly SequencedBlock[] {
    return this.#blocks
  }

  /** Whether a block is one of `blocks` or the current head. */
  knows(hash: Hash): boolean {
    return this.#head.ref.hash === hash || this.#blocks.some(({ head }) => head.ref.hash === hash)
  }

  /** Drops all blocks made so far, and continues from another head. */
  restart(head: L2Head): void {
    this.#blocks = []
    this.#head = head
  }

  /** Makes blocks up to the time of the newest L1 block. */
  extend(l1: readonly L1Block[]): void {
    const newest = l1.at(-1)
    const { blockTime } = this.#rules.config
    if (newest === undefined) return
    while (this.#head.ref.timestamp + blockTime <= newest.timestamp)
      if (!this.#makeBlock(l1)) return
  }

  #makeBlock(l1: readonly L1Block[]): boolean {
    const { ref, systemConfig } = this.#head
    const random = this.#random
    const timestamp = ref.timestamp + this.#rules.config.blockTime
    const next = l1[Number(ref.l1Origin.number) + 1]
    const current = l1[Number(ref.l1Origin.number)]
    const mayAdvance = next !== undefined && next.timestamp <= timestamp
    const epoch = mayAdvance && random.chance(0.85) ? next : current
    if (epoch === undefined) return false
    const isLate = timestamp > epoch.timestamp + this.#rules.config.maxSequencerDrift
    const count = isLate || random.chance(0.4) ? 0 : random.between(1, 2)
    const batch: SingularBatch = {
      parentHash: ref.hash,
      epochNumber: epoch.number,
      epochHash: epoch.hash,
      timestamp,
      transactions: Array.from({ length: count }, () => this.#transaction()),
    }
    const built = this.#builder.build({ parent: ref, systemConfig, batch, epoch })
    if (built.kind !== 'attributes') return false
    const payload = payloadOf(this.#rules, ref, built.attributes)
    this.#head = {
      ref: refOfPayload(this.#rules.config, payload),
      systemConfig: built.systemConfig,
    }
    this.#blocks.push({ batch, head: this.#head })
    this.#onBlock({ payload, parent: ref, attributes: built.attributes })
    return true
  }

  /** A transaction with a random signature, which nothing checks. */
  #transaction(): Uint8Array {
    const random = this.#random
    const fields = encodeRlp([
      toBigEndian(this.#rules.config.l2ChainId),
      toBigEndian(this.#nonce++),
      Uint8Array.of(1),
      Uint8Array.of(7),
      toBigEndian(21_000n),
      fromHex(address(random.between(1, 200))),
      toBigEndian(BigInt(random.between(1, 1_000_000))),
      random.bytes(random.between(0, 40)),
      [],
      new Uint8Array(0),
      Uint8Array.of(1, ...random.bytes(31)),
      Uint8Array.of(1, ...random.bytes(31)),
    ])
    return Uint8Array.of(2, ...fields)
  }
}
