import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ScenarioName, scenarios } from '#test/simulator/scenarios.ts'
import type { Bug } from '#test/verifier/bugs.ts'
import { VerifierRun } from '#test/verifier/verifier-run.ts'

// Each planted bug must be found, which shows that the simulation finds bugs of this kind.
const bugs: readonly { bug: Bug; scenario: ScenarioName; from?: number }[] = [
  { bug: 'finality-withdrawn', scenario: 'mixed' },
  { bug: 'no-flush-after-replacement', scenario: 'calm' },
  { bug: 'no-generation-check', scenario: 'late' },
  // With smaller seeds, no message is lost that has to be repeated, so this bug has no effect.
  { bug: 'no-resend', scenario: 'mixed', from: 17 },
  { bug: 'resume-one-batch-late', scenario: 'mixed' },
  { bug: 'takes-any-unsafe-block', scenario: 'calm' },
  { bug: 'window-one-too-long', scenario: 'calm' },
  { bug: 'window-one-too-short', scenario: 'calm' },
]

for (const { bug, scenario, from = 1 } of bugs) {
  test(`${bug} is found within 50 seeds from ${from} on, with the events that led to it`, async (t) => {
    for (let seed = from; seed < from + 50; seed++) {
      const outcome = await new VerifierRun(seed, bug).run(scenarios[scenario])
      if (outcome.kind !== 'failed') continue
      t.diagnostic(`seed ${seed}: ${outcome.reason}`)
      assert.ok(outcome.lastEvents.split('\n').length > 10)
      return
    }
    assert.fail('the bug was not found')
  })
}
