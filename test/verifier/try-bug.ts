import { VerifierRun } from './verifier-run.ts'
import { scenarios, type ScenarioName } from '#test/simulator/scenarios.ts'
const [bug, name, from, to] = process.argv.slice(2)
for (let seed = Number(from ?? 1); seed <= Number(to ?? 5); seed++) {
  const t = performance.now()
  const run = new VerifierRun(seed, bug as never)
  const outcome = await run.run(scenarios[name as ScenarioName])
  console.log(
    bug,
    name,
    seed,
    outcome.kind,
    outcome.kind === 'failed'
      ? outcome.reason.slice(0, 200) + outcome.lastEvents.slice(0, 1500)
      : '',
    (performance.now() - t).toFixed(0) + 'ms',
  )
  if (outcome.kind === 'failed') break
}
