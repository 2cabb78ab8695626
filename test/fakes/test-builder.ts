import assert from 'node:assert/strict'
import type { Payload } from '#protocol/block/payload.ts'
import { hashPayload } from '#protocol/block/payload-hash.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { EngineApiClient } from '#engine-api/engine-api-client.ts'
import type { Builder, BuildParent } from '#services/sequencer/builders/builder.ts'
import { engineBuilder } from '#services/sequencer/builders/engine-builder.ts'
import { EmbeddedClient } from './embedded-client.ts'
import type { EngineWorld } from './engine-world.ts'

/** First byte of a deposit. */
const depositType = 0x7e

/** A builder with an execution client of its own. Each of its blocks has one more transaction of the record. */
export class TestBuilder implements Builder {
  readonly client: EmbeddedClient
  /** The transactions of users in the record, in order. */
  readonly transactions: readonly Uint8Array[]
  /** The signal of each job. */
  readonly signals: AbortSignal[] = []
  /** Number of blocks that the builder read from the sequencer. */
  read = 0
  /** Runs before the builder starts. */
  onStart: () => Promise<void> | void = () => undefined
  /** Changes the sealed block. */
  spoil: (payload: Payload) => Promise<Payload> | Payload = (payload) => payload
  #used = 0
  readonly #inner: Builder

  constructor({ bus, client, record }: Pick<EngineWorld, 'bus' | 'client' | 'record'>) {
    const { config, genesis, l2 } = record
    this.client = new EmbeddedClient(genesis, bus.clock)
    const monotonicMs = () => bus.clock.monotonicMs()
    const of = (rpc: EmbeddedClient) => new EngineApiClient({ rpc, config, monotonicMs })
    const local = of(client)
    this.#inner = engineBuilder(of(this.client), {
      config,
      clock: bus.clock,
      readBlock: async (hash) => {
        this.read++
        return (await local.block({ kind: 'hash', hash })) ?? assert.fail(`no block ${hash}`)
      },
    })
    this.transactions = l2.flatMap(({ block }) =>
      block.transactions.filter(([type]) => type !== depositType),
    )
  }

  async start(
    parent: BuildParent,
    attributes: PayloadAttributes,
    signal: AbortSignal,
  ): Promise<unknown> {
    this.signals.push(signal)
    await this.onStart()
    while (parent.payload.transactions.some((each) => equal(each, this.#next))) this.#used++
    const transactions = [...attributes.transactions, this.#next]
    return this.#inner.start(parent, { ...attributes, transactions }, signal)
  }

  async seal(job: unknown): Promise<Payload> {
    return this.spoil(await this.#inner.seal(job))
  }

  get #next(): Uint8Array {
    return this.transactions[this.#used] ?? assert.fail('the record has no more transactions')
  }
}

/** A block with changed fields, and the hash that matches them. */
export function changed(payload: Payload, changes: Partial<Payload>): Payload {
  const next = { ...payload, ...changes }
  return { ...next, blockHash: hashPayload(next) }
}

function equal(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0
}
