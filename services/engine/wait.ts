import type { Wait } from '#messages/service-status.ts'
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
  const advice = advices[failure.code]
  const again = isStuck(failure)
    ? `tries again each ${stuckPauseMs / 1_000} s`
    : 'tries again with growing pauses'
  return advice === undefined ? again : `${again}; ${advice}`
}

/** What an operator can do, by the code of the fault. */
const advices: Readonly<Record<string, string>> = {
  'wrong-chain':
    'see that --network or --rollup-config, --engine-url and --l1-rpc-urls are of one chain',
  'reorg-past-finality':
    'the execution client or L1 finalized a block that is not on L1: compare both with another node, and sync the wrong one anew',
  'reorg-too-deep':
    'L1 is not the one that this chain was derived from, or far behind: compare it with another',
  'l2-missing': 'if it lasts, the execution client has lost blocks: sync it anew',
  'l2-inconsistent': 'if it lasts, the execution client is broken: sync it anew',
  'l1-inconsistent':
    'L1 changed while it was read; if it lasts, an endpoint of --l1-rpc-urls is broken, or is of another chain',
  'engine-forkchoice': 'if it lasts, the execution client is broken: sync it anew',
  'deposits-refused':
    'deposits are always valid, so it follows other rules: see that its version and its genesis have all forks of the chain',
  'payload-unfit': 'see that its version and its genesis have all forks of the chain',
  'engine-unauthorized': 'see --jwt-secret-file on both sides',
  'engine-unreachable': 'see that the execution client runs, and --engine-url',
  'engine-response': 'see that --engine-url is the Engine API of an execution client',
  'engine-refused':
    'see the log of the execution client, and that its version has all forks of the chain',
  'engine-syncing': 'nothing to do while it syncs: its log says how far it is',
  'payload-lost': 'if it lasts, see the log of the execution client',
  'l1-unreachable': 'see that the nodes of --l1-rpc-urls run, and the URLs',
  'l1-refused':
    'see that the nodes of --l1-rpc-urls serve eth_chainId, and eth_getBlockByNumber for old blocks',
  'l1-untrue': 'a node of --l1-rpc-urls tells wrong headers: take it out',
}
