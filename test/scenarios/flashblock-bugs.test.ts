import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FlashblockBug } from '#test/nodes/flashblock-bugs.ts'
import { NodeRun } from '#test/nodes/node-run.ts'
import { nodeScenarios } from '#test/nodes/node-scenarios.ts'

/** For each planted bug, the scenario that finds it, and the seeds that are tried. */
const bugs: readonly (readonly [FlashblockBug, keyof typeof nodeScenarios])[] = [
  ['published-before-stored', 'flashblocks-killed'],
  ['shorter-prefix', 'flashblocks-leaders'],
  ['no-epoch-check', 'flashblocks-leaders'],
]

const seeds = Array.from({ length: 12 }, (_, at) => at + 1)

for (const [flashblockBug, name] of bugs)
  test(`the simulation finds the planted bug ${flashblockBug}, and without it the same run ends well`, async () => {
    const { disturb } = nodeScenarios[name]
    const runOf = (seed: number, bug: FlashblockBug | undefined) =>
      new NodeRun(seed, { flashblockBug: bug, hasFlashblocks: true }).run(disturb)
    for (const seed of seeds) {
      const found = await runOf(seed, flashblockBug)
      if (found.kind !== 'failed' || !found.reason.includes('was public and stored')) continue
      assert.equal((await runOf(seed, undefined)).kind, 'agreed')
      return
    }
    assert.fail(`${seeds.length} runs of ${name} do not fail`)
  })
