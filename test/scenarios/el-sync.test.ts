import assert from 'node:assert/strict'
import { test } from 'node:test'
import { elSync } from '#test/verifier/el-sync.ts'
import { VerifierRun } from '#test/verifier/verifier-run.ts'

/**
 * A seed and a number of L1 blocks for which no L1 reorg in the second half of the script moves the safe head back.
 */
const [seed, l1Blocks] = [9, 14]

/**
 * Number of runs. Run n kills the engine once, after its nth message or call since the execution client got the blocks.
 * By the last of these messages and calls, the reset of the engine is over.
 */
const kills = 36

for (const chosen of ['below', 'above'] as const) {
  test(`if EL sync chooses a safe head ${chosen} the end of the safe-head history, no kill of the engine leaves a gap in the history`, async () => {
    for (let killAfter = 1; killAfter <= kills; killAfter++) {
      const run = new VerifierRun(seed, undefined, l1Blocks)
      const outcome = await run.run(() => elSync(run, { chosen, killAfter }))
      if (outcome.kind === 'failed')
        assert.fail(`killed after ${killAfter}: ${outcome.reason}\n${outcome.lastEvents}`)
    }
  })
}
