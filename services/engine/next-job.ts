import type { EngineState, Job } from './engine-state.ts'

/** What to do next, the most urgent first; nothing while something is being done. */
export function nextJob(state: EngineState): Job | undefined {
  if (state.running !== undefined) return undefined
  return dueJobs(state).find(({ kind }) => !state.paused.includes(kind))
}

function dueJobs({
  chain,
  resetDue,
  applyDue,
  isForkchoiceDue,
  target,
}: EngineState): readonly Job[] {
  // Nothing that is due belongs to the generation that begins then.
  if (resetDue !== undefined) return [{ kind: 'start', cause: resetDue }]
  if (chain === undefined) return []
  const jobs: Job[] = []
  if (applyDue !== undefined && chain.sync === 'ready')
    jobs.push({ kind: 'apply', request: applyDue })
  const { finalized, safe } = chain
  if (target !== undefined && target.number > finalized.number && target.number <= safe.number)
    jobs.push({ kind: 'finalize', target })
  if (isForkchoiceDue) jobs.push({ kind: 'forkchoice' })
  return jobs
}
