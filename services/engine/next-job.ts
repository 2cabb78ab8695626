import type { EngineState, Job } from './engine-state.ts'

/** What to do next; nothing while something is being done. */
export function nextJob(state: EngineState): Job | undefined {
  if (state.running !== undefined) return undefined
  return dueJobs(state).find(({ kind }) => !state.paused.includes(kind))
}

/** All that there is to do, the most urgent first. */
export function dueJobs(state: EngineState): readonly Job[] {
  const { chain, isElSyncing, resetDue, resetSafe: safe, target } = state
  // Nothing that is due belongs to the generation that begins then.
  if (resetDue !== undefined) return [{ kind: 'start', cause: resetDue, safe, isElSyncing }]
  if (chain === undefined) return []
  if (isElSyncing) {
    const payload = state.payloads.payloads.at(-1)
    return payload !== undefined && state.isElSyncDue ? [{ kind: 'el-sync', payload }] : []
  }
  const { finalized, unsafe } = chain
  const jobs: Job[] = []
  const [payload] = state.payloads.payloads
  if (payload?.parentHash === unsafe.hash) jobs.push({ kind: 'insert', payload })
  if (state.applyDue !== undefined) jobs.push({ kind: 'apply', request: state.applyDue })
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
