import type { Methods, PassOn } from '#json-rpc/json-rpc-dispatch.ts'
import type { Source } from '#service/inbox.ts'
import { ChainFeed } from '#services/rpc/execution/chain-feed.ts'
import { ExecutionRpc } from '#services/rpc/execution/execution-rpc.ts'
import { passOnTo } from '#services/rpc/execution/pass-on.ts'
import type { HeadFeed } from '#services/rpc/heads/head-feed.ts'
import { registerPendingGauges } from '#services/rpc/metrics.ts'
import type { Context, Ports } from '#services/rpc/ports.ts'
import { checkedPrefixes, flashblockTails } from './flashblock-tails.ts'
import { PendingFeed } from './pending-feed.ts'
import { pendingMethods } from './pending-methods.ts'
import type { PendingEvent } from './pending-state.ts'
import { pendingSubscriptions } from './pending-subscriptions.ts'
import { PendingView } from './pending-view.ts'
import { PendingWork } from './pending-work.ts'
import { PrefixReader } from './prefix-reader.ts'
import { SyncWaits } from './sync-waits.ts'

/** The parts of rpc that answer from flashblocks. */
export interface Pending {
  readonly methods: Methods
  readonly passOn: PassOn | undefined
  readonly sources: readonly Source<PendingEvent>[]
  readonly work: PendingWork
  /** Number of subscriptions to flashblocks and to the canonical chain. */
  subscriptions(): number
}

/**
 * Opens the parts that answer from flashblocks; undefined without an execution client.
 *
 * @param heads the feed of the unsafe heads
 */
export function openPending(
  { bus, clock, log, metrics, registry, signal }: Context,
  { config, execution }: Pick<Ports, 'config' | 'execution'>,
  heads: HeadFeed,
): Pending | undefined {
  if (execution === undefined) return undefined
  const view = new PendingView(clock, config.blockTime)
  const reader = new PrefixReader(execution.own, { clock, signal })
  const onNotify = (subscribers: number) => metrics.flashblockNotified(subscribers)
  const feed = new PendingFeed({ reader, log, onNotify })
  const chain = new ChainFeed({ heads, rpc: execution.own, log })
  const calls = new ExecutionRpc(execution.calls, { log, metrics })
  registerPendingGauges(registry, {
    number: () => view.newest()?.number,
    ageSeconds: () => (view.ageMs === undefined ? undefined : view.ageMs / 1_000),
  })
  return {
    methods: {
      ...pendingMethods({ execution: calls, view, reader, clock, waits: new SyncWaits() }),
      ...pendingSubscriptions({ pending: feed, chain }),
    },
    passOn: execution.passesOn ? passOnTo(calls) : undefined,
    sources: [flashblockTails(bus, clock), checkedPrefixes(bus)],
    work: new PendingWork({ view, feed, reader, log, metrics }),
    subscriptions: () => feed.size + chain.size,
  }
}
