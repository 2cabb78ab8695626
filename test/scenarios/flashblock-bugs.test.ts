import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FlashblockBug } from '#test/nodes/flashblock-bugs.ts'
import { NodeRun } from '#test/nodes/node-run.ts'
import { nodeScenarios } from '#test/nodes/node-scenarios.ts'

/** For each planted bug, the scenario that finds it, and the first seed that is tried. */
const bugs: readonly (readonly [FlashblockBug, keyof typeof nodeScenarios, number])[] = [
  ['published-before-stored', 'flashblocks-killed', 3],
  ['shorter-prefix', 'flashblocks-leaders', 3],
  ['no-epoch-check', 'flashblocks-leaders', 4],
]

/** Number of seeds that are tried. */
const count = 12

for (const [flashblockBug, name, first] of bugs)
  test(`the simulation finds the planted bug ${flashblockBug}, and without it the same run ends well`, async () => {
    const { disturb } = nodeScenarios[name]
    const runOf = (seed: number, bug: FlashblockBug | undefined) =>
      new NodeRun(seed, { flashblockBug: bug, hasFlashblocks: true }).run(disturb)
    for (let seed = first; seed < first + count; seed++) {
      const found = await runOf(seed, flashblockBug)
      if (found.kind !== 'failed' || !found.reason.includes('was public and stored')) continue
      assert.equal((await runOf(seed, undefined)).kind, 'agreed')
      return
    }
    assert.fail(`${count} runs of ${name} do not fail`)
  })
