import { VerifierRun } from './verifier-run.ts'
for (let seed = Number(process.argv[2] ?? 1); seed <= Number(process.argv[3] ?? 5); seed++) {
  const t = performance.now()
  const run = new VerifierRun(seed)
  const outcome = await run.run(() => undefined)
  console.log(
    seed,
    outcome.kind,
    outcome.kind === 'failed' ? outcome.reason : outcome.virtualMs - run.l1.endMs,
    (performance.now() - t).toFixed(0) + 'ms',
  )
  if (outcome.kind === 'failed' && process.argv[4]) console.log(outcome.lastEvents)
}
