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

/** Limit on builds. Above it, the oldest build is dropped. */
const maxBuilds = 16

/** Pause between two attempts to add transactions to a block. */
const improvePauseMs = 200

/** Time for which transactions are added to a block. After that, filling ends even if the block was not fetched. */
const improveForMs = 15_000

/**
 * Adds user transactions to a block until it is full, or `signal` is aborted.
 *
 * @returns `broken` if the block cannot be sealed. The block is then built again without the transaction that broke it
 */
export type FillBlock = (builder: BlockBuilder, signal: AbortSignal) => Promise<'filled' | 'broken'>

/** Dependencies of builds. */
export interface PayloadBuildsOptions {
  readonly chain: Chain
  /** Serializes everything that executes blocks. */
  readonly serial: Serial
  readonly clock: Clock
  /** Whether new transactions arrived since the last attempt. */
  readonly hasNews: () => boolean
  readonly fill: FillBlock
  /**
   * Called with an error that stopped the filling of a block. The last complete version of the block stays available.
   */
  readonly onError: (error: Error) => void
}

interface Build {
  /** The best version so far. */
  block: ExecutedBlock
  /** Aborted when the block is fetched. */
  readonly taken: AbortController
  /** The last attempt to add transactions. */
  filling: Promise<void>
}

/** Blocks being built, by payload id. */
export class PayloadBuilds {
  readonly #options: PayloadBuildsOptions
  readonly #builds = new Map<Hex, Build>()

  constructor(options: PayloadBuildsOptions) {
    this.#options = options
  }

  /**
   * Starts to build a block, and executes its forced transactions. Returns the same id for equal attributes.
   *
   * @param version version of the call, which is part of the id
   * @throws InvalidTransaction, InvalidBlock if the forced transactions are invalid
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

  /** Returns the current block, while filling continues. */
  find(id: Hex): ExecutedBlock | undefined {
    return this.#builds.get(id)?.block
  }

  /** Ends the filling of a block after the transaction that is being executed, and returns the block. */
  async take(id: Hex): Promise<ExecutedBlock | undefined> {
    const build = this.#builds.get(id)
    build?.taken.abort()
    // An error of the filling is passed to `onError`.
    await Promise.allSettled([build?.filling])
    return build?.block
  }

  /** Ends all builds. */
  close(): void {
    for (const { taken } of this.#builds.values()) taken.abort()
  }

  /** Starts a block and executes its forced transactions. */
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
      // An aborted attempt may have fewer transactions than an earlier attempt.
      const hasMore = builder.execution.gasUsed > build.block.header.gasUsed
      if (hasMore || !signal.aborted) build.block = builder.seal()
      return
    }
  }
}

/** The payload id. It is equal for the same parent, attributes and version. The first byte is the version. */
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
