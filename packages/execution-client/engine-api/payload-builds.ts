import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { fromHex, type Hex } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { encodeRlp, uintToRlp } from '#protocol/codec/rlp.ts'
import { type Clock, sleep } from '#runtime/clock.ts'
import { toError } from '#runtime/fault.ts'
import type { Serial } from '#runtime/serial.ts'
import type { Chain } from '#execution-client/chain/chain.ts'
import { toData } from '#json-rpc/forms/fields.ts'
import type { KnownBlock } from '#execution-client/store/block-store.ts'
import type { BlockBuilder, ExecutedBlock } from '#execution-client/transition/execute-block.ts'

/** Builds that are remembered, at most; the oldest goes first. */
const maxBuilds = 16

/** Between two attempts to put more into a block. */
const improvePauseMs = 200

/** A block that nobody asks for is not improved for longer. */
const improveForMs = 15_000

/**
 * Adds transactions of users to a block, until it is full, or `signal` is aborted.
 *
 * @returns whether the block can be sealed: a broken one is begun anew, and what broke it does not come again
 */
export type FillBlock = (builder: BlockBuilder, signal: AbortSignal) => Promise<'filled' | 'broken'>

/** What builds are made with. */
export interface PayloadBuildsOptions {
  readonly chain: Chain
  /** All that executes blocks takes its turn in it. */
  readonly serial: Serial
  readonly clock: Clock
  /** Whether there may be something to add since the last attempt. */
  readonly hasNews: () => boolean
  readonly fill: FillBlock
  /** Told of what breaks while a block is improved: the caller of the API has the block as it was. */
  readonly onError: (error: Error) => void
}

interface Build {
  /** The best so far. */
  block: ExecutedBlock
  /** Aborted when the block was asked for. */
  readonly taken: AbortController
  /** The last attempt to put more into it. */
  filling: Promise<void>
}

/** Blocks that are being built, by payload id. */
export class PayloadBuilds {
  readonly #options: PayloadBuildsOptions
  readonly #builds = new Map<Hex, Build>()

  constructor(options: PayloadBuildsOptions) {
    this.#options = options
  }

  /**
   * Begins a block, whose forced transactions are executed when this returns; the same one again for the same attributes.
   *
   * @param version of the call, which the id tells
   * @throws InvalidTransaction, InvalidBlock if the forced transactions make no block
   */
  async start(parent: KnownBlock, attributes: PayloadAttributes, version: number): Promise<Hex> {
    const id = payloadId(parent, attributes, version)
    if (this.#builds.has(id)) return id
    const { serial, onError } = this.#options
    const block = await serial.run(async () => (await this.#begin(parent, attributes)).seal())
    const build = { block, taken: new AbortController(), filling: Promise.resolve() }
    this.#builds.set(id, build)
    for (const oldest of this.#builds.keys()) {
      if (this.#builds.size <= maxBuilds) break
      this.#builds.get(oldest)?.taken.abort()
      this.#builds.delete(oldest)
    }
    if (!attributes.noTxPool)
      this.#improve(build, parent, attributes).catch((error: unknown) => onError(toError(error)))
    return id
  }

  /** The block as far as it is filled, which goes on. */
  find(id: Hex): ExecutedBlock | undefined {
    return this.#builds.get(id)?.block
  }

  /** The block with what is in it by now: who fills it ends with the transaction that is executed, and it stays so. */
  async take(id: Hex): Promise<ExecutedBlock | undefined> {
    const build = this.#builds.get(id)
    build?.taken.abort()
    // If it failed, `onError` is told.
    await Promise.allSettled([build?.filling])
    return build?.block
  }

  /** Ends all that is going on. */
  close(): void {
    for (const { taken } of this.#builds.values()) taken.abort()
  }

  /** Begins a block with its forced transactions. */
  async #begin(parent: KnownBlock, attributes: PayloadAttributes): Promise<BlockBuilder> {
    const builder = await this.#options.chain.build(parent, attributes)
    for (const raw of attributes.transactions) await builder.execution.execute(raw)
    return builder
  }

  async #improve(build: Build, parent: KnownBlock, attributes: PayloadAttributes): Promise<void> {
    const { clock, serial, hasNews } = this.#options
    const { signal } = build.taken
    const endMs = clock.monotonicMs() + improveForMs
    let isFirst = true
    while (!signal.aborted && clock.monotonicMs() < endMs) {
      if (isFirst || hasNews()) {
        isFirst = false
        await serial.run(async () => {
          if (signal.aborted) return
          build.filling = this.#fill(build, parent, attributes)
          await build.filling
        })
      }
      await sleep(clock, improvePauseMs, signal)
    }
  }

  async #fill(build: Build, parent: KnownBlock, attributes: PayloadAttributes): Promise<void> {
    const { signal } = build.taken
    while (!signal.aborted) {
      const builder = await this.#begin(parent, attributes)
      if ((await this.#options.fill(builder, signal)) === 'broken') continue
      // What was cut short may have less in it than what an earlier attempt made.
      const hasMore = builder.execution.gasUsed > build.block.header.gasUsed
      if (hasMore || !signal.aborted) build.block = builder.seal()
      return
    }
  }
}

/** The same for the same attributes on the same parent; the first byte is the version. */
function payloadId(parent: KnownBlock, attributes: PayloadAttributes, version: number): Hex {
  const { timestamp, parentBeaconBlockRoot, eip1559Params, minBaseFee } = attributes
  const digest = keccak256(
    encodeRlp([
      fromHex(parent.hash),
      uintToRlp(timestamp),
      fromHex(attributes.prevRandao),
      fromHex(attributes.suggestedFeeRecipient),
      fromHex(parentBeaconBlockRoot ?? '0x'),
      uintToRlp(attributes.noTxPool ? 1n : 0n),
      uintToRlp(attributes.gasLimit),
      fromHex(eip1559Params ?? '0x'),
      minBaseFee === undefined ? [] : [uintToRlp(minBaseFee)],
      attributes.transactions,
    ]),
  )
  const id = digest.slice(0, 8)
  id[0] = version
  return toData(id)
}
