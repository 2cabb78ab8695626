import { VerifierRun } from './verifier-run.ts'
import { scenarios, type ScenarioName } from '#test/simulator/scenarios.ts'
const [name, from, to, show] = process.argv.slice(2)
for (let seed = Number(from ?? 1); seed <= Number(to ?? 5); seed++) {
  const t = performance.now()
  const run = new VerifierRun(seed)
  const outcome = await run.run(scenarios[name as ScenarioName])
  console.log(
    name,
    seed,
    outcome.kind,
    outcome.kind === 'failed' ? outcome.reason : outcome.virtualMs - run.l1.endMs,
    (performance.now() - t).toFixed(0) + 'ms',
  )
  if (outcome.kind === 'failed' && show) console.log(outcome.lastEvents)
}
