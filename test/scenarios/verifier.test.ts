import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ScenarioName, scenarioOf, scenarios } from '#test/simulator/scenarios.ts'
import type { Bug } from '#test/verifier/bugs.ts'
import { VerifierRun } from '#test/verifier/verifier-run.ts'

/** Seeds here, the scenarios in turn; `npm run simulate -- --what verifier` takes any number. */
const seeds = 7

test('da-watcher, derivation and engine end with the chain of one pass over L1', async () => {
  for (let seed = 1; seed <= seeds; seed++) {
    const scenario = scenarioOf(seed)
    const outcome = await new VerifierRun(seed).run(scenarios[scenario])
    if (outcome.kind === 'failed')
      assert.fail(`seed ${seed} of ${scenario}: ${outcome.reason}\n${outcome.lastEvents}`)
  }
})

test('a seed of the verifier is a run: the same events at the same moments', async () => {
  const eventsOf = async () => {
    const run = new VerifierRun(5)
    await run.run(scenarios.mixed)
    return run.simulation.lastEvents()
  }
  assert.equal(await eventsOf(), await eventsOf())
})

// Broken on purpose: a simulation that finds nothing proves nothing.
const bugs: readonly { bug: Bug; scenario: ScenarioName }[] = [
  { bug: 'no-flush-after-replacement', scenario: 'calm' },
  { bug: 'window-one-too-long', scenario: 'calm' },
  { bug: 'window-one-too-short', scenario: 'calm' },
  { bug: 'no-generation-check', scenario: 'late' },
]

for (const { bug, scenario } of bugs) {
  test(`${bug} is found by the verifier's simulation`, async () => {
    for (let seed = 1; seed <= 50; seed++) {
      const outcome = await new VerifierRun(seed, bug).run(scenarios[scenario])
      if (outcome.kind === 'failed') return
    }
    assert.fail('it was not found')
  })
}
