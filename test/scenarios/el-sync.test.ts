import assert from 'node:assert/strict'
import { test } from 'node:test'
import { elSync } from '#test/verifier/el-sync.ts'
import { VerifierRun } from '#test/verifier/verifier-run.ts'

/** A seed whose safe head the L1 of the second half does not take back, and how long its L1 is. */
const [seed, l1Blocks] = [9, 14]

/** Messages and calls of the engine from when the execution client has the blocks until derivation has gone back. */
const kills = 36

for (const chosen of ['below', 'above'] as const) {
  test(`EL sync to a safe head ${chosen} the end of the history leaves no gap in it, whenever the engine is killed`, async () => {
    for (let killAfter = 1; killAfter <= kills; killAfter++) {
      const run = new VerifierRun(seed, undefined, l1Blocks)
      const outcome = await run.run(() => elSync(run, { chosen, killAfter }))
      if (outcome.kind === 'failed')
        assert.fail(`killed after ${killAfter}: ${outcome.reason}\n${outcome.lastEvents}`)
    }
  })
}
