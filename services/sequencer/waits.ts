import type { Waiting } from '#service/status-reporter.ts'
import type { State, TroubleKind } from './state.ts'
import { canBuild, fillWaitMs, retryPauseMs } from './step.ts'

/** What the sequencer waits for, and the service whose own wait may be the cause. */
const waits: Readonly<Record<TroubleKind, Pick<Waiting, 'what' | 'on'>>> = {
  signer: { what: 'a signer whose blocks peers accept', on: 'gossip' },
  attributes: { what: 'attributes for the next block that the execution client accepts' },
  'l1-origin': { what: 'the L1 origin of the next block', on: 'da-watcher' },
  engine: { what: 'the engine to start the next block', on: 'engine' },
  seal: { what: 'the engine to seal the next block', on: 'engine' },
  'bad-payload': { what: 'a block that fits its attributes' },
  conductor: { what: 'op-conductor to store the next block' },
  insert: { what: 'the engine to insert a block of this sequencer', on: 'engine' },
  stale: { what: 'the newest heads of the engine', on: 'engine' },
  'invalid-block': { what: 'a block that the execution client accepts' },
}

/** What the sequencer waits for, as shown to operators; undefined if it makes blocks, or is stopped. */
export function waitOf(state: State): Waiting | undefined {
  const { chain, isActive, options, sealed, trouble, work } = state
  if (!isActive) return undefined
  if (chain === undefined)
    return {
      what: 'the unsafe head',
      on: 'engine',
      next: 'makes the next block when the engine has found its heads',
    }
  if (work.kind === 'resetting')
    return {
      what: 'the engine to find other heads',
      why: trouble?.why,
      on: 'engine',
      next: 'makes the next block on the heads that the engine finds',
    }
  const isLagging = isActive && sealed === undefined && !canBuild(state, chain)
  if (trouble !== undefined && !isLagging) {
    const { kind, sinceMs, why } = trouble
    const next = `tries again after ${retryPauseMs / 1_000} s, or one block time`
    return { ...waits[kind], why, next, startedMs: sinceMs }
  }
  if (sealed?.belowSinceMs !== undefined)
    return {
      what: `block ${sealed.payload.number - 1n}, which this sequencer published before`,
      why: `the unsafe head is ${chain.unsafe.number}`,
      on: 'engine',
      startedMs: sealed.belowSinceMs,
      next: `continues on the unsafe head after ${fillWaitMs / 1_000} s; see that peers are connected`,
    }
  if (!isLagging) return undefined
  if (chain.sync === 'el-syncing')
    return {
      what: 'the execution client to sync',
      on: 'engine',
      next: 'makes the next block when the execution client has synced',
    }
  const lag = chain.unsafe.number - chain.safe.number
  return {
    what: `the safe head, which is ${lag} blocks below the unsafe head`,
    next: `makes the next block when the distance is below ${options.maxSafeLag} (--sequencer-max-safe-lag); see that op-batcher works`,
  }
}
