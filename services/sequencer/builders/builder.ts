import type { Payload } from '#protocol/block/payload.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import type { BlockId, L2BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'

/**
 * A builder of blocks in place of the local execution client: a module of the operator, or an Engine API. If a promise
 * rejects or takes too long, the sequencer uses the block of the local execution client. The API is documented in
 * docs/building.md.
 */
export interface Builder<Job = unknown> {
  /**
   * Starts to build the child of a block. Called once for each block, about one block time before `seal`.
   *
   * @param attributes what the block must have; the block begins with the transactions in the attributes, in the same
   *   order
   * @param signal aborted as soon as it is known that the block will not be used
   * @returns anything that identifies the job to `seal`
   */
  start(parent: BuildParent, attributes: PayloadAttributes, signal: AbortSignal): Promise<Job>
  /** Ends the building, and returns the block. Called at most once for each job, at the seal time. */
  seal(job: Job): Promise<Payload>
  /** Called once, when the sequencer ends. */
  close?(): Promise<void>
}

/** The block to build on, and the heads below it. */
export interface BuildParent {
  /** The unsafe head. */
  readonly ref: L2BlockRef
  /** The same block with its transactions, which the builder may not have yet. */
  readonly payload: Payload
  readonly safe: BlockId
  readonly finalized: BlockId
}

/** What a module gets when it creates its builder. */
export interface BuilderOptions {
  readonly config: RollupConfig
  /** Writes a line to the log of the sequencer. @param message a fixed text; values that vary belong in the fields */
  readonly log: (message: string, fields?: Readonly<Record<string, unknown>>) => void
  /** Aborted when the sequencer ends. */
  readonly signal: AbortSignal
  /** Opens a builder that uses the Engine API of an execution client. @throws Error if the secret cannot be read */
  readonly openEngine: (engine: EngineAddress) => Promise<Required<Builder>>
}

/** Where an Engine API is, and the file with its secret: 32 bytes in hex. */
export interface EngineAddress {
  readonly url: string
  readonly jwtSecretFile: string
}

/** The function `createBuilder` that a module exports. */
export type CreateBuilder = (options: BuilderOptions) => Builder | Promise<Builder>
