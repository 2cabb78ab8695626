import type { Wait } from '#messages/service-status.ts'
import { faultRule } from '#runtime/fault-codes.ts'
import type { EngineState, Failure, JobKind } from './engine-state.ts'
import { dueJobs } from './next-job.ts'
import { isStuck, stuckPauseMs } from './step.ts'

/** In the order in which they hold up the rest. */
const kinds: readonly JobKind[] = [
  'start',
  'el-sync',
  'apply',
  'insert',
  'bridge',
  'finalize',
  'forkchoice',
]

/** What the engine waits for, in an operator's words; undefined if it goes on. */
export function waitOf(state: EngineState): Omit<Wait, 'sinceMs'> | undefined {
  const { chain, failures, isElSyncing, payloads, resetDue } = state
  const due = dueJobs(state).map(({ kind }) => kind)
  for (const kind of kinds) {
    const failure = failures[kind]
    // What failed once and is not due any more holds up nothing; but it may be why the engine starts again.
    const isDue = due.includes(kind) || (resetDue !== undefined && failure?.severity === 'reset')
    if (failure !== undefined && isDue) return { what: failure.detail, next: nextOf(failure) }
  }
  if (chain === undefined || resetDue !== undefined)
    return {
      what: 'the blocks to start from',
      next: 'looks in the execution client and L1 for heads that go together',
    }
  if (!isElSyncing) return undefined
  const target = payloads.payloads.at(-1)
  if (target === undefined)
    return {
      what: 'a first block from gossip, up to which the execution client is to sync',
      next: 'or start it with --sync-mode cl, to derive the chain from L1',
    }
  return {
    what: `the execution client, which fetches the chain up to block ${target.number} from its peers`,
    next: 'asks it every few seconds how far it came',
  }
}

function nextOf(failure: Failure): string {
  const again = isStuck(failure)
    ? `tries again each ${stuckPauseMs / 1_000} s`
    : 'tries again with growing pauses'
  return `${again}; ${faultRule(failure.code).advice}`
}
