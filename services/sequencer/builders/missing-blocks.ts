import type { Payload } from '#protocol/block/payload.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { Hash } from '#protocol/primitives.ts'
import type { ExecutionClient, PayloadStatus } from '#engine-api/execution-client.ts'
import type { Clock } from '#runtime/clock.ts'
import type { ReadBlock } from './read-block.ts'

/**
 * Limit on the number of missing blocks that are sent to a builder. A builder that lacks more blocks has to sync with
 * peers.
 */
export const maxMissing = 512

/** Pause after a builder was found to lack more than `maxMissing` blocks, or to have another chain. */
export const missingPauseMs = 60_000

/** Dependencies of `MissingBlocks`. */
export interface MissingBlocksOptions {
  readonly config: RollupConfig
  readonly clock: Clock
  readonly readBlock: ReadBlock
}

/**
 * Sends blocks to a builder that lacks them, because it was down or because the sequencer made blocks without it. A
 * builder may have no peers from which it can fetch these blocks.
 */
export class MissingBlocks {
  readonly #client: Pick<ExecutionClient, 'newPayload'>
  readonly #options: MissingBlocksOptions
  #sending: Promise<void> | undefined
  #notBeforeMs = -Infinity

  constructor(client: Pick<ExecutionClient, 'newPayload'>, options: MissingBlocksOptions) {
    this.#client = client
    this.#options = options
  }

  /**
   * Sends the blocks up to a block that the builder cannot execute yet. If blocks are being sent already, waits until
   * that ends. Nothing is sent during the pause.
   *
   * @throws Error of a call
   */
  send(last: Payload): Promise<void> {
    if (this.#options.clock.monotonicMs() < this.#notBeforeMs) return Promise.resolve()
    this.#sending ??= this.#sendUpTo(last).finally(() => {
      this.#sending = undefined
    })
    return this.#sending
  }

  async #sendUpTo(last: Payload): Promise<void> {
    const { clock, readBlock } = this.#options
    const missing = await this.#missingUpTo(last)
    let status: PayloadStatus | undefined
    for (const hash of missing) {
      status = await this.#client.newPayload(hash === last.blockHash ? last : await readBlock(hash))
      if (status.kind !== 'valid') break
    }
    if (status?.kind !== 'valid') this.#notBeforeMs = clock.monotonicMs() + missingPauseMs
  }

  /** The blocks that the builder lacks, the lowest first; empty if the builder lacks too many blocks. */
  async #missingUpTo(last: Payload): Promise<readonly Hash[]> {
    const { config, readBlock } = this.#options
    const missing = [last.blockHash]
    let { number, parentHash } = last
    while (missing.length <= maxMissing) {
      if (number - 1n <= config.genesis.l2.number) return missing.toReversed()
      const below = await readBlock(parentHash)
      const status = await this.#client.newPayload(below)
      if (status.kind === 'valid') return missing.toReversed()
      missing.push(below.blockHash)
      ;({ number, parentHash } = below)
    }
    return []
  }
}
