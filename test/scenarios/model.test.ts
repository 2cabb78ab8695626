import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BrokenRule } from '#test/model/ports.ts'
import type { Outcome } from '#test/simulator/disturbed-run.ts'
import { ModelRun } from '#test/simulator/model-run.ts'
import { type ScenarioName, scenarios } from '#test/simulator/scenarios.ts'

/** Seeds of each scenario here; `npm run simulate` takes any number. */
const seeds = 15

function run(scenario: ScenarioName, seed: number, broken?: BrokenRule): Promise<Outcome> {
  return new ModelRun(seed, broken).run(scenarios[scenario])
}

for (const scenario of Object.keys(scenarios) as ScenarioName[]) {
  test(`${scenario}: all ends as one pass over L1 would have it`, async () => {
    for (let seed = 1; seed <= seeds; seed++) {
      const outcome = await run(scenario, seed)
      if (outcome.kind === 'failed')
        assert.fail(`seed ${seed}: ${outcome.reason}\n${outcome.lastEvents}`)
    }
  })
}

test('a seed is a run: the same events at the same moments', async () => {
  const [first, second] = [new ModelRun(7), new ModelRun(7)]
  await first.run(scenarios.mixed)
  await second.run(scenarios.mixed)
  assert.equal(first.simulation.lastEvents(), second.simulation.lastEvents())
  const other = new ModelRun(8)
  await other.run(scenarios.mixed)
  assert.notEqual(first.simulation.lastEvents(), other.simulation.lastEvents())
})

// Each rule is broken on purpose: a simulation that finds nothing proves nothing.
for (const { rule, scenario } of [
  { rule: 'no-generation-check', scenario: 'late' },
  { rule: 'no-flush-after-replacement', scenario: 'calm' },
  { rule: 'resume-one-batch-late', scenario: 'mixed' },
  { rule: 'no-resend', scenario: 'mixed' },
] as const) {
  test(`${rule} is found within 1,000 seeds, with the events that led to it`, async () => {
    for (let seed = 1; seed <= 1_000; seed++) {
      const outcome = await run(scenario, seed, rule)
      if (outcome.kind !== 'failed') continue
      assert.ok(outcome.lastEvents.split('\n').length > 10)
      return
    }
    assert.fail('it was not found')
  })
}
