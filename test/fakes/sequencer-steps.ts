import type { ChainState } from '#messages/chain-state.ts'
import type {
  ControlSequencerRequest,
  ControlSequencerResponse,
} from '#messages/control-sequencer.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { Bytes8 } from '#protocol/primitives.ts'
import {
  type Effect,
  type Event,
  initialState,
  type Job,
  type Moment,
  type Options,
  type Outcome,
  type State,
} from '#services/sequencer/state.ts'
import { step } from '#services/sequencer/step.ts'
import { blockId, chainAt, hash, l2Ref } from './values.ts'

/** Unix seconds of block 100. */
export const genesisTime = 1_700_000_000n

/**
 * Block of a number on a fork. Its parent is the block below it on the same fork; blocks up to number 100 are on fork
 * 0.
 */
export function block(number: number, fork = 0): L2BlockRef {
  const of = (at: number) => hash(at + (at > 100 ? 1_000_000 * fork : 0))
  return {
    ...l2Ref(number),
    hash: of(number),
    parentHash: of(number - 1),
    timestamp: genesisTime + 2n * BigInt(number - 100),
  }
}

/** The payload of a block, with only the fields that decisions depend on. */
export function payloadOf({ hash: blockHash, number, parentHash, timestamp }: L2BlockRef): Payload {
  return { blockHash, number, parentHash, timestamp, transactions: [] } as unknown as Payload
}

const options: Options = {
  isStopped: false,
  isRecovering: false,
  confirmationDepth: 0n,
  maxSafeLag: 0n,
  sealingMs: 50,
  blockTime: 2n,
  hasConductor: false,
}

type EventOf = Event extends infer Each
  ? Each extends Moment
    ? Omit<Each, keyof Moment>
    : never
  : never

/** A sequencer of blocks of 2 s, driven event by event. Times are in milliseconds after the time of block 100. */
export class SequencerSteps {
  state: State
  #nowMs: number
  readonly #trustsSigner: boolean
  #version = 0n
  #generation = 1n
  /** The effects of all events since `take` was called. */
  #effects: Effect[] = []

  constructor({
    atMs = 0,
    isActive = true,
    sealed,
    trustsSigner = true,
    ...changes
  }: Partial<Options> & {
    readonly atMs?: number
    readonly isActive?: boolean
    readonly sealed?: Payload
    readonly trustsSigner?: boolean
  } = {}) {
    this.#trustsSigner = trustsSigner
    this.state = initialState({ ...options, ...changes }, { isActive, sealed, nowMs: 0 })
    this.#nowMs = atMs
  }

  /** Sets the clock, and lets the timer fire if it is due. */
  at(ms: number): this {
    this.#nowMs = ms
    const { wakeAtMs } = this.state
    const isDue = wakeAtMs !== undefined && wakeAtMs <= this.#now
    return this.send({ kind: isDue ? 'woke' : 'tick' })
  }

  get #now(): number {
    return Number(genesisTime) * 1_000 + this.#nowMs
  }

  send(event: EventOf): this {
    const moment = { nowMs: this.#now, monotonicMs: this.#nowMs }
    const [next, ...effects] = step(this.state, { ...event, ...moment })
    this.state = next
    const isCheck = ({ kind }: Effect) => kind === 'check-signer'
    this.#effects.push(...effects.filter((effect) => !this.#trustsSigner || !isCheck(effect)))
    // Most tests are not about the signer.
    if (this.#trustsSigner && effects.some(isCheck))
      return this.outcome({ outcome: 'signer-checked' })
    return this
  }

  /** Sends a new state of the chain with this unsafe head. */
  chain(unsafe: L2BlockRef, changes: Partial<ChainState> = {}): this {
    return this.send({ kind: 'chain-changed', chain: this.chainOf(unsafe, changes) })
  }

  chainOf(unsafe: L2BlockRef, changes: Partial<ChainState> = {}): ChainState {
    this.#version += 1n
    const { generation = this.#generation } = changes
    this.#generation = generation
    const at = chainAt({ generation, version: this.#version })
    return { ...at, unsafe, safe: block(90), ...changes }
  }

  /** Sends the outcome of the work that is in progress. */
  outcome(outcome: Outcome): this {
    return this.send({ kind: 'worked', workId: this.state.workId, ...outcome })
  }

  /** Sends the outcome `started` of the work `prepare`. */
  started(parent: L2BlockRef): this {
    return this.outcome({ outcome: 'started', job: this.jobOn(parent) })
  }

  jobOn(parent: L2BlockRef): Job {
    const attributes = { timestamp: parent.timestamp + 2n } as Job['attributes']
    const systemConfig = {} as Job['systemConfig']
    const origin = blockId(7)
    const payloadId = '0x0000000000000001' as Bytes8
    return { parent, generation: this.#generation, payloadId, attributes, systemConfig, origin }
  }

  /** Makes the work that is in progress fail. */
  fails(
    trouble: Extract<Outcome, { outcome: 'failed' }>['trouble'],
    retry: 'soon' | 'block' = 'soon',
  ): this {
    return this.outcome({ outcome: 'failed', trouble, why: `${trouble} fails`, retry })
  }

  control(request: ControlSequencerRequest, call = 1): this {
    return this.send({ kind: 'controlled', request, call })
  }

  /** Builds and seals the child of a block. The work in progress must be the `prepare` of the child. */
  sealedOn(parent: L2BlockRef, child: L2BlockRef): this {
    this.started(parent)
    this.at(Number(child.timestamp - genesisTime) * 1_000 - 50)
    return this.outcome({ outcome: 'sealed', payload: payloadOf(child) })
  }

  /** The effects since the last call. */
  take(): readonly Effect[] {
    const effects = this.#effects
    this.#effects = []
    return effects
  }

  /** The kinds of the effects since the last call, with times in milliseconds after block 100, without reports. */
  kinds(): readonly string[] {
    return this.take().flatMap((effect) => {
      if (effect.kind === 'wake') return [`wake ${effect.atMs - Number(genesisTime) * 1_000}`]
      if (effect.kind.startsWith('report-')) return []
      return [effect.kind]
    })
  }

  /** The answer to the only answered call since the last call of this function. */
  answer(): ControlSequencerResponse | undefined {
    const answers = this.take().flatMap((effect) =>
      effect.kind === 'answer' ? [effect.response] : [],
    )
    return answers[0]
  }
}
