import { dueFlashblock } from '#services/engine/flashblocks/flashblock-events.ts'
import type { Job, State } from '#services/engine/state.ts'

/** The job to start; undefined while a job is running, or if no job is due. */
export function nextJob(state: State): Job | undefined {
  if (state.running !== undefined) return undefined
  return dueJobs(state).find(({ kind }) => !state.paused.includes(kind))
}

/** All jobs that are due, the most urgent first. */
export function dueJobs(state: State): readonly Job[] {
  const { chain, isElSyncing, resetDue, resetSafe: safe, target } = state
  // A reset ends the generation that all other jobs belong to.
  if (resetDue !== undefined) return [{ kind: 'start', cause: resetDue, safe, isElSyncing }]
  if (chain === undefined) return []
  if (isElSyncing) {
    const payload = state.payloads.payloads.at(-1)
    return payload !== undefined && state.isElSyncDue ? [{ kind: 'el-sync', payload }] : []
  }
  const { finalized, unsafe } = chain
  const jobs: Job[] = []
  // The blocks of the sequencer have fixed times, which derivation must not delay.
  const [called] = state.building.waiting
  if (called !== undefined) jobs.push({ kind: 'building', called, received: state.received })
  const flashblock = dueFlashblock(state)
  if (flashblock !== undefined) jobs.push(flashblock)
  const [payload] = state.payloads.payloads
  if (payload?.parentHash === unsafe.hash) jobs.push({ kind: 'insert', payload })
  const { received, storedAt } = state
  const isAgain = storedAt !== undefined && storedAt !== unsafe.hash
  const checks: Job[] =
    received.length > 0 || isAgain ? [{ kind: 'check-flashblocks', received }] : []
  const applications: Job[] =
    state.applyDue === undefined ? [] : [{ kind: 'apply', request: state.applyDue }]
  // If checks take longer than the time between two flashblocks, they must not stop the safe head.
  const isApplicationNext = state.lastDone === 'check-flashblocks'
  jobs.push(...(isApplicationNext ? [...applications, ...checks] : [...checks, ...applications]))
  if (payload !== undefined && state.isBridgeDue) jobs.push({ kind: 'bridge', payload })
  if (
    target !== undefined &&
    target.number > finalized.number &&
    target.number <= chain.safe.number
  )
    jobs.push({ kind: 'finalize', target })
  if (state.isForkchoiceDue) jobs.push({ kind: 'forkchoice' })
  return jobs
}
