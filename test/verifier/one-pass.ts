import type { L1Block } from '#protocol/block/l1-block.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import { DerivationDriver } from '#protocol/pipeline/derivation-driver.ts'
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

/** One pass of the pipeline over L1, without services and messages. A simulated run must reach the same chain. */
export class OnePass {
  /** Derived blocks by number, from genesis on. The newest ones may not be safe yet. */
  readonly chain: Made[] = []
  /** The safe head after each L1 block, by L1 block number. */
  readonly safeAt = new Map<bigint, L2BlockRef>()
  /** Number of refused attributes. */
  refused = 0
  readonly #rules: StandInRules
  readonly #pipeline: Pipeline
  readonly #driver: DerivationDriver

  constructor(rules: StandInRules, l1Genesis: L1Block) {
    const { config } = rules
    this.#rules = rules
    const payload = genesisPayload(config)
    const ref = refOfPayload(config, payload)
    this.chain.push({ payload, ref })
    const safe = { ref, systemConfig: config.genesis.systemConfig }
    this.#driver = new DerivationDriver(config, safe)
    this.#pipeline = new Pipeline({
      config,
      base: l1Genesis,
      batcher: config.genesis.systemConfig.batcherAddress,
      safeBlock: (number) => {
        const made = this.chain[Number(number)]
        return made && { ref: made.ref, transactions: made.payload.transactions }
      },
    })
    this.#driver.start(this.#pipeline)
    this.#settle(l1Genesis)
  }

  get safe(): L2Head {
    return this.#driver.safe
  }

  /** Reads the next L1 block. */
  push(block: L1Block): void {
    const pushed = this.#pipeline.push(block)
    if (pushed.kind !== 'taken') throw new Error(`L1 block ${block.number}: ${pushed.kind}`)
    this.#settle(block)
  }

  #settle(block: L1Block): void {
    for (;;) {
      const output = this.#driver.next()
      if (output.kind === 'attributes') this.#apply(output)
      else if (output.kind === 'needs-l1-block') break
      else throw new Error(`L1 block ${block.number}: ${JSON.stringify(output, stringOfBigint)}`)
    }
    this.safeAt.set(block.number, this.safe.ref)
  }

  #apply(derived: DerivedAttributes): void {
    const { attributes, parent } = derived
    if (refusalOf(this.#rules, parent.hash, attributes) === undefined)
      return this.#make(derived, attributes)
    this.refused++
    const then = this.#driver.refused(derived)
    switch (then.kind) {
      case 'build-deposits-only':
        return this.#make(derived, then.attributes)
      case 'revoke-span':
        this.chain.length = Number(this.safe.ref.number) + 1
        return undefined
      case 'critical':
        throw new Error('a deposits-only block was refused')
    }
  }

  #make(derived: DerivedAttributes, attributes: DerivedAttributes['attributes']): void {
    const payload = payloadOf(this.#rules, derived.parent, attributes)
    const ref = refOfPayload(this.#rules.config, payload)
    this.chain.push({ payload, ref })
    this.#driver.applied(derived, ref)
  }
}

function stringOfBigint(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
