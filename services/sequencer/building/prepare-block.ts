import type {
  FetchFlashblocksRequest,
  FetchFlashblocksResponse,
} from '#messages/fetch-flashblocks.ts'
import type { FoundPrefix } from '#messages/find-prefix.ts'
import { fetchFlashblocks, findPrefix } from '#messages/flashblock-subjects.ts'
import type { StartBuildingRequest } from '#messages/start-building.ts'
import { fetchL2Block, startBuilding } from '#messages/subjects.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { BlockId, L2BlockRef } from '#protocol/block/refs.ts'
import type { SystemConfig } from '#protocol/block/system-config.ts'
import { maxSequencerDrift } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { l2BlockRefOf, systemConfigOf } from '#protocol/derivation/l2-block.ts'
import type { Hash } from '#protocol/primitives.ts'
import { chooseOrigin } from '#protocol/sequencing/choose-origin.ts'
import { SequencedAttributes } from '#protocol/sequencing/sequenced-attributes.ts'
import { sleep } from '#runtime/clock.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import type { Context, SequencerSettings } from '#services/sequencer/ports.ts'
import type { Effect, Job, Outcome, TroubleKind } from '#services/sequencer/state.ts'
import { OriginCache, type Origins } from './origins.ts'
import { repeatedCall } from './repeated-call.ts'

/** Deadline of the calls to the engine. */
const deadlineMs = 5_000

/** Deadline of the call to flashblock-p2p, which answers earlier also while gossip is restarted. */
const fetchDeadlineMs = 1_000

/** How long a new leader waits for a flashblock-p2p that restarts, and the pause between two calls. */
const [fetchRestartMs, fetchPauseMs] = [500, 25]

/** A block that cannot be prepared now. */
type Unprepared = Exclude<Outcome, { readonly outcome: 'started' }>

/** The flashblocks of a block. */
interface PlannedFlashblocks {
  /** Those that are made; undefined if there are none. */
  readonly flashblocks: StartBuildingRequest['flashblocks']
  /** Those that another builder, or an earlier run, has published. */
  readonly prefix: FoundPrefix | undefined
}

const nothingPlanned: PlannedFlashblocks = { flashblocks: undefined, prefix: undefined }

/** Makes the inputs of a block, and asks the engine to build the block. */
export class BlockPreparer {
  readonly origins: OriginCache
  readonly #context: Pick<Context, 'bus' | 'clock' | 'log'>
  readonly #config: RollupConfig
  readonly #attributes: SequencedAttributes
  readonly #leads: () => Promise<boolean | undefined>
  readonly #flashblocks: SequencerSettings['flashblocks']
  /** The epoch of flashblocks since a start of the sequencer. */
  #lead: { readonly startedMs: number; readonly epoch: bigint } | undefined
  /** The system config after a block, for the block that was made last. */
  #known: { readonly hash: Hash; readonly systemConfig: SystemConfig } | undefined

  constructor(
    context: Pick<Context, 'bus' | 'clock' | 'log'>,
    {
      config,
      confirmationDepth,
      flashblocks,
      leads,
    }: {
      readonly config: RollupConfig
      /** Asks op-conductor whether this node leads; undefined without an answer. */
      readonly leads: () => Promise<boolean | undefined>
    } & Pick<SequencerSettings, 'confirmationDepth' | 'flashblocks'>,
  ) {
    this.#leads = leads
    this.#flashblocks = flashblocks
    this.#context = context
    this.#config = config
    this.#attributes = new SequencedAttributes(config)
    this.origins = new OriginCache(context, confirmationDepth)
  }

  /** Notes that this node leads again after another one may have led. */
  leadAgain(): void {
    this.#lead = undefined
  }

  /** Remembers the system config after a block of this sequencer, so that it is not read from the execution client. */
  remember(hash: Hash, systemConfig: SystemConfig): void {
    this.#known = { hash, systemConfig }
  }

  /** Asks the engine to start building the child of a block. @throws Fault of a call */
  async prepare(effect: Extract<Effect, { kind: 'prepare' }>): Promise<Outcome> {
    const { attempts, generation, isRecovering, parent } = effect
    const again = await this.#again(effect)
    if (again !== undefined) return again
    const [origins, systemConfig, plan] = await Promise.all([
      this.origins.load(parent.l1Origin, { isFresh: isRecovering }),
      this.#systemConfigAfter(parent),
      this.#planFlashblocks(effect),
    ])
    const { flashblocks, prefix } = plan
    const origin =
      (await this.#originOfPrefix(prefix, origins)) ??
      this.#originOf(parent, origins, isRecovering ? 'recovering' : 'usual')
    if ('outcome' in origin) return origin
    const built = this.#attributes.build({ parent, systemConfig, origin, isRecovering })
    if (built.kind === 'reset')
      return this.#orphaned(`the next block does not fit: ${built.reason}`)
    if (built.kind === 'critical') {
      const why = `L1 block ${origin.number}: ${built.detail ?? built.reason}`
      return failure('attributes', why, 'block')
    }
    const noTxPool = built.attributes.noTxPool || attempts.isEmpty
    const attributes = { ...built.attributes, noTxPool }
    const attempt = BigInt(attempts.count)
    const continues = prefix?.payloadId
    const place = { generation, parent: idOf(parent) }
    const request = { ...place, attributes, attempt, flashblocks, continues }
    const started = await repeatedCall(this.#context, startBuilding, { request, deadlineMs })
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
          origin: { hash: origin.hash, number: origin.number },
        }
        return { outcome: 'started', job }
      }
    }
  }

  /**
   * The outcome if a block above the parent may be published already: a block that was made earlier on the parent, or a
   * lost block. Undefined if a new block has to be made: there is no such block, or L1 removed the L1 origin of that
   * block.
   */
  async #again({
    before,
    lost,
    parent,
  }: Extract<Effect, { kind: 'prepare' }>): Promise<Outcome | undefined> {
    const block = before === undefined ? lost : l2BlockRefOf(this.#config, before.payload)
    if (block === undefined) return undefined
    const { l1Origin, number } = block
    const isOnL1 = await this.origins.isCanonical(l1Origin)
    if (isOnL1 === false) return undefined
    if (isOnL1 === undefined)
      return failure('l1-origin', `L1 has no block ${l1Origin.number}, the L1 origin of ${number}`)
    if (before !== undefined) return { outcome: 'made-before', sealed: before }
    const why = `the execution client had block ${number}, and lost the blocks above ${parent.number}`
    return failure('stale', why)
  }

  #originOf(
    parent: L2BlockRef,
    origins: Origins,
    mode: 'recovering' | 'usual',
  ): L1Block | Unprepared {
    const config = this.#config
    const { hash, number } = parent.l1Origin
    if (origins.kind === 'orphaned')
      return this.#orphaned(
        `L1 block ${number} (${hash}), the L1 origin of the unsafe head, was reorganised`,
      )
    if (origins.kind === 'missing')
      return failure(
        'l1-origin',
        `L1 has no block ${number} (${hash}), the L1 origin of the unsafe head`,
      )
    const { current, isNextAbsent, next } = origins
    const isRecovering = mode === 'recovering'
    const choice = chooseOrigin({ config, parent, current, next, isRecovering })
    switch (choice.kind) {
      case 'current':
        return current
      case 'next':
        return next ?? current
      case 'reset':
        return this.#orphaned(`the L1 origin of the unsafe head is not canonical: ${choice.reason}`)
      case 'next-needed': {
        // At the head of L1 there is no next L1 block yet, and the usual rule applies. Source: op-node,
        // sequencing/origin_selector.go
        if (choice.reason === 'recovering' && isNextAbsent)
          return this.#originOf(parent, origins, 'usual')
        if (choice.reason === 'recovering')
          return failure(
            'l1-origin',
            `L1 block ${number + 1n}, which recover mode needs, cannot be read`,
          )
        const drift = maxSequencerDrift(config, current.timestamp)
        const why = `the next block would be more than ${drift} s ahead of its L1 origin, and L1 block ${number + 1n} is not there or not confirmed yet`
        return failure('l1-origin', why)
      }
    }
  }

  /** The flashblocks that the next block begins with, and those that are made of it. */
  async #planFlashblocks(
    effect: Extract<Effect, { kind: 'prepare' }>,
  ): Promise<PlannedFlashblocks> {
    const { generation, parent, startedMs } = effect
    const slots = this.#flashblocks
    if (slots === undefined) return nothingPlanned
    const lead = this.#lead?.startedMs === startedMs ? this.#lead : undefined
    const known = lead?.epoch ?? (await this.#fetchFlashblocks(parent, startedMs))
    const request = { generation, parent: idOf(parent) }
    const { prefix } = await repeatedCall(this.#context, findPrefix, { request, deadlineMs })
    const epoch = known ?? epochAfter(startedMs, prefix)
    this.#lead = { startedMs, epoch }
    if (prefix === undefined || prefix.epoch <= epoch)
      return { flashblocks: { ...slots, epoch }, prefix }
    // Another node has led meanwhile, without a stop of this one.
    if (lead !== undefined && (await this.#leads()) === true) {
      this.leadAgain()
      return this.#planFlashblocks(effect)
    }
    const l2 = { number: parent.number + 1n }
    this.#context.log.warn(
      { l2, epoch, other: prefix.epoch },
      'another sequencer leads since a later time: this node publishes no flashblocks',
    )
    return nothingPlanned
  }

  /**
   * Before its first block, a new leader gets what the other builders have: one of them may have more flashblocks of the
   * leader before. Without their answer, the engine goes on from what it has.
   *
   * @returns the epoch of the new leader; undefined if flashblock-p2p does not answer
   */
  async #fetchFlashblocks(parent: L2BlockRef, startedMs: number): Promise<bigint | undefined> {
    const { log } = this.#context
    const timestamp = parent.timestamp + this.#config.blockTime
    const request = { parent: idOf(parent), timestamp, epoch: BigInt(startedMs) }
    const l2 = { number: parent.number + 1n }
    try {
      const { epoch, silent } = await this.#callFetch(request)
      if (silent.length > 0)
        log.warn(
          { l2, silent },
          'builders do not answer: flashblocks of the leader before that only they have are lost',
        )
      return epoch
    } catch (error) {
      if (!isFault(error)) throw error
      log.warn(
        { l2, error },
        'flashblock-p2p does not answer: flashblocks that this node does not have are lost',
      )
      return undefined
    }
  }

  /** Calls flashblock-p2p, which may be restarting. */
  async #callFetch(request: FetchFlashblocksRequest): Promise<FetchFlashblocksResponse> {
    const { bus, clock } = this.#context
    const endMs = clock.monotonicMs() + fetchRestartMs
    for (;;)
      try {
        return await bus.call(fetchFlashblocks, request, { deadlineMs: fetchDeadlineMs })
      } catch (error) {
        if (!isFault(error, 'unavailable') || clock.monotonicMs() >= endMs) throw error
        await sleep(clock, fetchPauseMs)
      }
  }

  /**
   * The L1 origin of published flashblocks, if it is allowed. Otherwise, the engine drops the flashblocks, because their
   * deposits are not those of the block.
   */
  async #originOfPrefix(
    prefix: FoundPrefix | undefined,
    origins: Origins,
  ): Promise<L1Block | undefined> {
    if (prefix === undefined || origins.kind !== 'found') return undefined
    return this.origins.adopt(prefix.l1Origin, origins.current)
  }

  /** The next L1 block may come from an endpoint of L1 that is on another fork, so it is read again. */
  #orphaned(why: string): Unprepared {
    this.origins.forgetNext()
    return { outcome: 'reset-needed', why }
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

/** An epoch above that of the leader before, whose clock may be ahead. */
function epochAfter(startedMs: number, prefix: FoundPrefix | undefined): bigint {
  const own = BigInt(startedMs)
  return prefix === undefined || prefix.epoch < own ? own : prefix.epoch + 1n
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
