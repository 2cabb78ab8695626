import assert from 'node:assert/strict'
import type { ApplyAttributesRequest, ApplyAttributesResponse } from '#messages/apply-attributes.ts'
import type { ChainState } from '#messages/chain-state.ts'
import { applyAttributes, engineChain } from '#messages/subjects.ts'
import type { SafeBlock } from '#protocol/batch/batch-verdict.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { SystemConfig } from '#protocol/block/system-config.ts'
import { depositsOnly } from '#protocol/derivation/attributes.ts'
import { systemConfigOf } from '#protocol/derivation/l2-block.ts'
import { type DerivedAttributes, Pipeline } from '#protocol/pipeline/pipeline.ts'
import type { Bus, Follow } from '#bus/bus.ts'
import type { BusWorld } from './bus-world.ts'
import type { RecordedChain } from './recorded-chain.ts'

/** Derives a recorded chain without the derivation service. Sends the engine one set of attributes at a time. */
export class TestDerivation {
  readonly #world: BusWorld
  readonly bus: Bus
  readonly #record: RecordedChain
  readonly #follow: Follow<ChainState>
  readonly #blocks = new Map<bigint, SafeBlock>()
  /** All states that the engine published. */
  readonly states: ChainState[] = []
  readonly outcomes: ChainState['outcome'][] = []
  #generation = 0n
  #pipeline: Pipeline | undefined
  #nextL1 = 0
  #safe: { readonly ref: L2BlockRef; readonly systemConfig: SystemConfig } | undefined
  #pending: { readonly ref: L2BlockRef; readonly systemConfig: SystemConfig } | undefined

  constructor(world: BusWorld, bus: Bus, record: RecordedChain) {
    this.#world = world
    this.bus = bus
    this.#record = record
    this.#follow = bus.follow(engineChain, (chain) => {
      checkHeads(chain)
      this.states.push(chain)
    })
  }

  get chain(): ChainState {
    return this.#follow.current ?? assert.fail('the engine has published no state')
  }

  /** Waits until the engine publishes a state that satisfies `isSo`. */
  async until(isSo: (chain: ChainState) => boolean, withinMs = 60_000): Promise<ChainState> {
    const { clock } = this.#world
    const isDone = () => this.#follow.current !== undefined && isSo(this.#follow.current)
    const inTime = await clock.run(withinMs, isDone)
    assert.ok(
      inTime,
      `the engine published only ${JSON.stringify(this.#follow.current, textOfBigint)}`,
    )
    return this.chain
  }

  /** Applies attributes until the recorded L1 ends, or the safe head reaches a number. */
  async toEnd({ untilSafe = 2n ** 64n }: { readonly untilSafe?: bigint } = {}): Promise<void> {
    for (;;) {
      if (this.chain.safe.number >= untilSafe) return
      const derived = this.next()
      if (derived === undefined) return
      await this.apply(derived)
    }
  }

  /** The next attributes; undefined if L1 ends. */
  next(): DerivedAttributes | undefined {
    if (this.#pipeline === undefined || this.chain.generation !== this.#generation) this.#begin()
    for (;;) {
      const [pipeline, head] = [this.#pipeline, this.#pending]
      if (pipeline === undefined || head === undefined) assert.fail('no pipeline')
      const output = pipeline.next(head)
      if (output.kind === 'attributes') return output
      if (output.kind !== 'needs-l1-block') assert.fail(output.kind)
      const block = this.#record.l1[this.#nextL1++]
      if (block === undefined) return undefined
      assert.deepEqual(pipeline.push(block), { kind: 'taken' })
    }
  }

  requestOf(derived: DerivedAttributes): ApplyAttributesRequest {
    return {
      generation: this.chain.generation,
      sequence: this.chain.sequence + 1n,
      parent: derived.parent,
      attributes: derived.attributes,
      derivedFrom: derived.derivedFrom,
      concludesBatch: derived.isLastInSpan,
    }
  }

  /** Sends attributes to the engine, and waits for their outcome. */
  async apply(derived: DerivedAttributes): Promise<void> {
    const request = this.requestOf(derived)
    assert.deepEqual(await this.call(request), { kind: 'accepted' })
    const { generation, sequence } = request
    const chain = await this.until(
      (chain) => chain.generation !== generation || chain.sequence === sequence,
    )
    if (chain.generation === generation) this.take(derived, chain)
  }

  call(request: ApplyAttributesRequest): Promise<ApplyAttributesResponse> {
    return this.#world.settle(this.bus.call(applyAttributes, request, { deadlineMs: 2_000 }))
  }

  take(derived: DerivedAttributes, { outcome, pendingSafe, safe }: ChainState): void {
    this.outcomes.push(outcome)
    if (outcome === 'dropped') {
      this.#pending = this.#safe
      return
    }
    if (outcome === 'replaced') this.#pipeline?.flush()
    const { attributes, systemConfig } = derived
    const applied = outcome === 'replaced' ? depositsOnly(attributes) : attributes
    const { transactions } = applied ?? assert.fail('nothing to replace')
    this.#blocks.set(pendingSafe.number, { ref: pendingSafe, transactions })
    this.#pending = { ref: pendingSafe, systemConfig }
    if (safe.hash === pendingSafe.hash) this.#safe = this.#pending
  }

  #begin(): void {
    const { config, l1, l2 } = this.#record
    const { generation, start } = this.chain
    this.#generation = generation
    const at = l1.findIndex(({ hash }) => hash === start.l1Origin.hash)
    const base: L1Block = l1[at] ?? assert.fail(`no L1 block ${start.l1Origin.number}`)
    this.#nextL1 = at + 1
    this.#pipeline = new Pipeline({
      config,
      base,
      batcher: start.systemConfig.batcherAddress,
      safeBlock: (number) => this.#blocks.get(number),
    })
    const reported = l2.find(({ block }) => block.blockHash === start.safe.hash)
    const { block } = reported ?? assert.fail(`no L2 block ${start.safe.number}`)
    this.#safe = { ref: start.safe, systemConfig: systemConfigOf(config, block) }
    this.#pending = this.#safe
  }
}

function checkHeads({ finalized, localSafe, pendingSafe, safe, unsafe }: ChainState): void {
  const numbers = [finalized, safe, localSafe, pendingSafe, unsafe].map(({ number }) => number)
  const isRising = numbers.every((number, at) => at === 0 || number >= (numbers[at - 1] ?? 0n))
  assert.ok(isRising, `heads out of order: ${numbers.join(', ')}`)
}

function textOfBigint(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
