import type { L1Block } from '#protocol/block/l1-block.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import { isActive } from '#protocol/chains/chain-spec.ts'
import { depositsOnly } from '#protocol/derivation/attributes.ts'
import { type DerivedAttributes, type L2Head, Pipeline } from '#protocol/pipeline/pipeline.ts'
import {
  genesisPayload,
  payloadOf,
  refOfPayload,
  refusalOf,
  type StandInRules,
} from './stand-in-chain.ts'

interface Made {
  readonly payload: Payload
  readonly ref: L2BlockRef
}

/** One pass of the pipeline over L1, without any messages: what all else is compared with. */
export class OnePass {
  /** By number, from genesis on; the last may not be safe yet. */
  readonly chain: Made[] = []
  /** The safe head when an L1 block was read, by the number of that block. */
  readonly safeAt = new Map<bigint, L2BlockRef>()
  /** Attributes that were refused. */
  refused = 0
  readonly #rules: StandInRules
  readonly #pipeline: Pipeline
  #safe: L2Head
  #pending: L2Head

  constructor(rules: StandInRules, l1Genesis: L1Block) {
    const { config } = rules
    this.#rules = rules
    const payload = genesisPayload(config)
    const ref = refOfPayload(config, payload)
    this.chain.push({ payload, ref })
    this.#safe = { ref, systemConfig: config.genesis.systemConfig }
    this.#pending = this.#safe
    this.#pipeline = new Pipeline({
      config,
      base: l1Genesis,
      batcher: config.genesis.systemConfig.batcherAddress,
      safeBlock: (number) => {
        const made = this.chain[Number(number)]
        return made && { ref: made.ref, transactions: made.payload.transactions }
      },
    })
    this.#settle(l1Genesis)
  }

  get safe(): L2Head {
    return this.#safe
  }

  /** Reads the next L1 block. */
  push(block: L1Block): void {
    const pushed = this.#pipeline.push(block)
    if (pushed.kind !== 'taken') throw new Error(`L1 block ${block.number}: ${pushed.kind}`)
    this.#settle(block)
  }

  #settle(block: L1Block): void {
    for (;;) {
      const output = this.#pipeline.next(this.#pending)
      if (output.kind === 'attributes') this.#apply(output)
      else if (output.kind === 'needs-l1-block') break
      else throw new Error(`L1 block ${block.number}: ${JSON.stringify(output, stringOfBigint)}`)
    }
    this.safeAt.set(block.number, this.#safe.ref)
  }

  #apply(derived: DerivedAttributes): void {
    const { attributes, derivedFrom, parent } = derived
    if (refusalOf(this.#rules, parent.hash, attributes) === undefined)
      return this.#make(derived, attributes)
    this.refused++
    if (!isActive(this.#rules.config, 'holocene', derivedFrom.timestamp)) {
      this.#pending = this.#safe
      this.chain.length = Number(this.#safe.ref.number) + 1
      return
    }
    const replacement = depositsOnly(attributes)
    if (replacement === undefined) throw new Error('deposits alone were refused')
    this.#pipeline.flush()
    this.#make(derived, replacement)
  }

  #make(derived: DerivedAttributes, attributes: DerivedAttributes['attributes']): void {
    const { isLastInSpan, parent, systemConfig } = derived
    const payload = payloadOf(this.#rules, parent, attributes)
    const ref = refOfPayload(this.#rules.config, payload)
    this.chain.push({ payload, ref })
    this.#pending = { ref, systemConfig }
    if (isLastInSpan) this.#safe = this.#pending
  }
}

function stringOfBigint(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
