import type { Waiting } from '#service/status-reporter.ts'
import { faultRule } from '#runtime/fault-codes.ts'
import { dueJobs } from './jobs/due-jobs.ts'
import { type Failure, isStuck, stuckPauseMs } from './jobs/failure.ts'
import type { JobKind, State } from './state.ts'

/**
 * What each kind of job waits for. A kind that delays more of the other kinds comes first. The kind `building` is not
 * here, because a failed call of the sequencer is not retried by the engine.
 */
const names: readonly (readonly [JobKind, string])[] = [
  ['start', 'the blocks to start from'],
  ['el-sync', 'the execution client to sync'],
  ['apply', 'the execution client to make the next safe block'],
  ['flashblock', 'the execution client to make the next flashblock'],
  ['check-flashblocks', 'the execution client to execute flashblocks of another builder'],
  ['insert', 'the execution client to insert the next unsafe block'],
  ['bridge', 'the execution client to fetch missing blocks below the next unsafe block'],
  ['finalize', 'the block to finalize'],
  ['forkchoice', 'the execution client to accept its heads'],
]

/** What the engine waits for, as shown to operators; undefined if it makes progress. */
export function waitOf(state: State): Waiting | undefined {
  const { chain, failures, isElSyncing, payloads, resetDue } = state
  const due = dueJobs(state).map(({ kind }) => kind)
  for (const [kind, what] of names) {
    const failure = failures[kind]
    // The engine waits for a failed job only if the job is still due, or if the failure caused the reset.
    const isDue = due.includes(kind) || (resetDue !== undefined && failure?.severity === 'reset')
    if (failure === undefined || !isDue) continue
    // The wait for a new start began with the failure that caused the reset.
    const startedMs = kind === 'start' ? (state.resetSinceMs ?? failure.sinceMs) : failure.sinceMs
    return { what, why: failure.detail, next: nextOf(failure), startedMs }
  }
  if (chain === undefined || resetDue !== undefined)
    return {
      what: 'the blocks to start from',
      next: 'searches the execution client and L1 for heads that match',
    }
  if (!isElSyncing) return undefined
  const target = payloads.payloads.at(-1)
  if (target === undefined)
    return {
      what: 'a first block from gossip, up to which the execution client syncs',
      next: 'to derive the chain from L1 instead, restart with --sync-mode cl',
    }
  return {
    what: `the execution client, which fetches the chain up to block ${target.number} from its peers`,
    next: 'asks the execution client for its progress every few seconds',
  }
}

function nextOf(failure: Failure): string {
  const retries = isStuck(failure)
    ? `retries every ${stuckPauseMs / 1_000} s`
    : 'retries with growing pauses'
  return `${retries}; ${faultRule(failure.code).advice}`
}
