import { fetchL2Block, startBuilding } from '#messages/subjects.ts'
import type { BlockId, L2BlockRef } from '#protocol/block/refs.ts'
import type { SystemConfig } from '#protocol/block/system-config.ts'
import { maxSequencerDrift } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { systemConfigOf } from '#protocol/derivation/l2-block.ts'
import type { Hash } from '#protocol/primitives.ts'
import { chooseOrigin } from '#protocol/sequencing/choose-origin.ts'
import { SequencedAttributes } from '#protocol/sequencing/sequenced-attributes.ts'
import { Fault } from '#runtime/fault.ts'
import type { Context } from '#services/sequencer/ports.ts'
import type { Effect, Job, Outcome, TroubleKind } from '#services/sequencer/state.ts'
import { Origins, type OriginPair } from './origins.ts'

/** Deadline of the calls to the engine. */
const deadlineMs = 5_000

/** A block that cannot be prepared now. */
type Unprepared = Exclude<Outcome, { readonly outcome: 'started' }>

/** What makes the inputs of a block, and asks the engine to build it. */
export class BlockPreparer {
  readonly origins: Origins
  readonly #context: Pick<Context, 'bus'>
  readonly #config: RollupConfig
  readonly #attributes: SequencedAttributes
  /** The system config after a block, for the block that was made last. */
  #known: { readonly hash: Hash; readonly systemConfig: SystemConfig } | undefined

  constructor(
    context: Pick<Context, 'bus' | 'clock' | 'log'>,
    {
      config,
      confirmationDepth,
    }: { readonly config: RollupConfig; readonly confirmationDepth: bigint },
  ) {
    this.#context = context
    this.#config = config
    this.#attributes = new SequencedAttributes(config)
    this.origins = new Origins(context, confirmationDepth)
  }

  /** Remembers the system config after a block of this sequencer, so that it is not read from the execution client. */
  remember(hash: Hash, systemConfig: SystemConfig): void {
    this.#known = { hash, systemConfig }
  }

  /** Fetches the L1 blocks for the child of a block before they are needed. */
  async prefetch({ l1Origin }: L2BlockRef): Promise<void> {
    await this.origins.load(l1Origin, { isFresh: false })
  }

  /** Asks the engine to start building the child of a block. @throws Fault of a call */
  async prepare({
    generation,
    isRebuild,
    isRecovering,
    parent,
  }: Extract<Effect, { kind: 'prepare' }>): Promise<Outcome> {
    const [pair, systemConfig] = await Promise.all([
      this.origins.load(parent.l1Origin, { isFresh: isRecovering }),
      this.#systemConfigAfter(parent),
    ])
    if (pair === undefined) {
      const { hash, number } = parent.l1Origin
      return failure(
        'l1-origin',
        `L1 has no block ${number} (${hash}), the L1 origin of the unsafe head`,
      )
    }
    const origin = this.#originOf(parent, pair, isRecovering ? 'recovering' : 'usual')
    if ('outcome' in origin) return origin
    const built = this.#attributes.build({ parent, systemConfig, origin, isRecovering })
    if (built.kind === 'reset')
      return {
        outcome: 'reset-needed',
        why: `the next block does not fit its parent: ${built.reason}`,
      }
    if (built.kind === 'critical') {
      const why = `L1 block ${origin.number}: ${built.detail ?? built.reason}`
      return failure('attributes', why, 'block')
    }
    const { attributes } = built
    const started = await this.#context.bus.call(
      startBuilding,
      { generation, parent: idOf(parent), attributes, isRebuild },
      { deadlineMs },
    )
    switch (started.kind) {
      case 'stale':
        return { outcome: 'stale', why: started.reason }
      case 'invalid':
        return failure('attributes', started.reason, 'block')
      case 'started': {
        const { payloadId } = started
        const job: Job = {
          parent,
          generation,
          payloadId,
          attributes,
          systemConfig: built.systemConfig,
        }
        return { outcome: 'started', job }
      }
    }
  }

  #originOf(
    parent: L2BlockRef,
    pair: OriginPair,
    mode: 'recovering' | 'usual',
  ): OriginPair['current'] | Unprepared {
    const config = this.#config
    const { current, next } = pair
    const choice = chooseOrigin({
      config,
      parent,
      current,
      next,
      isRecovering: mode === 'recovering',
    })
    switch (choice.kind) {
      case 'current':
        return current
      case 'next':
        return next ?? current
      case 'reset': {
        const why = `the L1 origin of the unsafe head is not canonical: ${choice.reason}`
        return { outcome: 'reset-needed', why }
      }
      case 'next-needed': {
        // At the head of L1 there is no next L1 block yet, and the usual rule applies. Source: op-node,
        // sequencing/origin_selector.go
        if (choice.reason === 'recovering') return this.#originOf(parent, pair, 'usual')
        const drift = maxSequencerDrift(config, current.timestamp)
        const why = `the next block would be more than ${drift} s ahead of its L1 origin, and L1 block ${current.number + 1n} is not there or not confirmed yet`
        return failure('l1-origin', why)
      }
    }
  }

  async #systemConfigAfter(parent: L2BlockRef): Promise<SystemConfig> {
    if (this.#known?.hash === parent.hash) return this.#known.systemConfig
    const found = await this.#context.bus.call(
      fetchL2Block,
      { block: { kind: 'hash', hash: parent.hash }, part: 'payload' },
      { deadlineMs },
    )
    if (found.kind !== 'found' || found.part.kind !== 'payload')
      throw new Fault('l2-missing', {
        detail: `the execution client does not have block ${parent.number} (${parent.hash}), the unsafe head`,
      })
    const systemConfig = systemConfigOf(this.#config, found.part.payload)
    this.remember(parent.hash, systemConfig)
    return systemConfig
  }
}

function failure(
  trouble: TroubleKind,
  why: string,
  retry: 'soon' | 'block' = 'soon',
): Extract<Outcome, { outcome: 'failed' }> {
  return { outcome: 'failed', trouble, why, retry }
}

function idOf({ hash, number }: L2BlockRef): BlockId {
  return { hash, number }
}
