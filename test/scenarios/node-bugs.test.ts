import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeBug } from '#test/nodes/node-bugs.ts'
import { NodeRun } from '#test/nodes/node-run.ts'
import {
  type NodeScenario,
  type NodeScenarioName,
  nodeScenarios,
} from '#test/nodes/node-scenarios.ts'

// Each planted bug must be found, which shows that the simulation finds bugs of this kind.
const bugs: readonly { bug: NodeBug; name: NodeScenarioName; from?: number }[] = [
  { bug: 'gossip-before-commit', name: 'node-leaders' },
  { bug: 'commit-failure-ignored', name: 'node-leaders' },
  { bug: 'rebuilt-after-failed-insert', name: 'node-lost' },
  // With smaller seeds, the sequencer is not killed at a moment that matters, and starts only on the right head.
  { bug: 'rebuilt-after-crash', name: 'node-alone', from: 5 },
  { bug: 'starts-on-stale-parent', name: 'node-leaders', from: 4 },
]

for (const { bug, name, from = 1 } of bugs)
  test(`${bug} is found within 20 seeds of ${name} from ${from} on, with the events that led to it`, async (t) => {
    const { disturb, isAlone = false }: NodeScenario = nodeScenarios[name]
    for (let seed = from; seed < from + 20; seed++) {
      const outcome = await new NodeRun(seed, { bug, isAlone }).run(disturb)
      if (outcome.kind !== 'failed') continue
      t.diagnostic(`seed ${seed}: ${outcome.reason}`)
      assert.ok(outcome.lastEvents.split('\n').length > 10)
      return
    }
    assert.fail('the bug was not found')
  })
