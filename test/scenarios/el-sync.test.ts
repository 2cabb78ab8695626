import assert from 'node:assert/strict'
import { test } from 'node:test'
import { elSync } from '#test/verifier/el-sync.ts'
import { VerifierRun } from '#test/verifier/verifier-run.ts'

/** A seed in whose second half no L1 reorg moves the safe head back, and the number of its L1 blocks. */
const [seed, l1Blocks] = [9, 14]

/** Number of the engine's messages and calls from when the client has the blocks until derivation has gone back. */
const kills = 36

for (const chosen of ['below', 'above'] as const) {
  test(`EL sync to a safe head ${chosen} the end of the history leaves no gap when the engine is killed`, async () => {
    for (let killAfter = 1; killAfter <= kills; killAfter++) {
      const run = new VerifierRun(seed, undefined, l1Blocks)
      const outcome = await run.run(() => elSync(run, { chosen, killAfter }))
      if (outcome.kind === 'failed')
        assert.fail(`killed after ${killAfter}: ${outcome.reason}\n${outcome.lastEvents}`)
    }
  })
}
