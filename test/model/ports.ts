import type { L1Heads } from '#messages/l1-heads.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import type { Hash } from '#protocol/primitives.ts'
import type { Bus, Lease } from '#bus/bus.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Built, ModelBlock, ModelHeads } from './model-execution.ts'

/** The L1 node of an actor: an object behind a delay, or an HTTP server. */
export interface L1Port {
  heads(): Promise<L1Heads>
  blockByNumber(number: bigint): Promise<L1Block | undefined>
}

/** The execution client of the engine. Each command names the generation that sends it. */
export interface ExecutionPort {
  heads(): Promise<ModelHeads>
  block(hash: Hash): Promise<ModelBlock | undefined>
  build(command: BuildCommand): Promise<Built>
  forkchoice(command: ForkchoiceCommand): Promise<void>
}

export interface BuildCommand {
  readonly parentHash: Hash
  readonly attributes: PayloadAttributes
  readonly generation: bigint
}

export interface ForkchoiceCommand {
  readonly safe: Hash
  readonly finalized: Hash
}

/** What an actor of the model is given. */
export interface ActorContext {
  readonly bus: Bus
  readonly clock: Clock
  readonly lease: Lease
  readonly instance: string
  readonly signal: AbortSignal
  readonly log: (what: string) => void
}

/** Rules that a test breaks on purpose, to see that the simulation finds out. */
export type BrokenRule =
  'no-generation-check' | 'no-flush-after-replacement' | 'resume-one-batch-late' | 'no-resend'
