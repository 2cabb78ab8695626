import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outcome } from '#test/simulator/disturbed-run.ts'
import { type ScenarioName, scenarios } from '#test/simulator/scenarios.ts'
import type { Bug } from '#test/verifier/bugs.ts'
import { VerifierRun } from '#test/verifier/verifier-run.ts'

/** Number of seeds of a scenario; `npm run simulate` runs more. With 10, F17 loses each kind of message. */
const seedsOf = (scenario: ScenarioName) => (scenario === 'lost' ? 10 : 5)

function run(scenario: ScenarioName, seed: number, bug?: Bug): Promise<Outcome> {
  return new VerifierRun(seed, bug).run(scenarios[scenario])
}

for (const scenario of Object.keys(scenarios) as ScenarioName[]) {
  test(`${scenario}: the verifier ends with the chain of one pass over L1, unless op-node would differ too`, async () => {
    for (let seed = 1; seed <= seedsOf(scenario); seed++) {
      const outcome = await run(scenario, seed)
      if (outcome.kind === 'failed')
        assert.fail(`seed ${seed}: ${outcome.reason}\n${outcome.lastEvents}`)
    }
  })
}

test('gossip takes part: blocks of peers become the unsafe head above the safe one, which stays the same', async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const verifier = new VerifierRun(seed)
    const outcome = await verifier.run(scenarios.calm)
    assert.equal(outcome.kind, 'agreed')
    const [unsafe, safe] = (['unsafe', 'safe'] as const).map(
      (label) => verifier.client.labelled(label)?.number ?? 0n,
    )
    if (verifier.peers.accepted > 0 && (unsafe ?? 0n) > (safe ?? 0n)) return
  }
  assert.fail('no run ended with an unsafe head above the safe one')
})

test('a seed determines the run: the same events at the same times', async () => {
  const eventsOf = async (seed: number) => {
    const seeded = new VerifierRun(seed)
    await seeded.run(scenarios.mixed)
    return seeded.simulation.lastEvents()
  }
  const first = await eventsOf(5)
  assert.equal(await eventsOf(5), first)
  assert.notEqual(await eventsOf(6), first)
})

// Planted bugs: they prove that the simulation can find bugs.
const bugs: readonly { bug: Bug; scenario: ScenarioName; from?: number }[] = [
  { bug: 'finality-withdrawn', scenario: 'mixed' },
  { bug: 'no-flush-after-replacement', scenario: 'calm' },
  { bug: 'no-generation-check', scenario: 'late' },
  // No earlier seed loses the message that matters.
  { bug: 'no-resend', scenario: 'mixed', from: 17 },
  { bug: 'resume-one-batch-late', scenario: 'mixed' },
  { bug: 'takes-any-unsafe-block', scenario: 'calm' },
  { bug: 'window-one-too-long', scenario: 'calm' },
  { bug: 'window-one-too-short', scenario: 'calm' },
]

for (const { bug, scenario, from = 1 } of bugs) {
  test(`${bug} is found within 50 seeds from ${from} on, with the events that led to it`, async (t) => {
    for (let seed = from; seed < from + 50; seed++) {
      const outcome = await run(scenario, seed, bug)
      if (outcome.kind !== 'failed') continue
      t.diagnostic(`seed ${seed}: ${outcome.reason}`)
      assert.ok(outcome.lastEvents.split('\n').length > 10)
      return
    }
    assert.fail('the bug was not found')
  })
}
