import { basename } from 'node:path'
import { test } from 'node:test'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { deriveAsExpected, recordsIn } from '#test/records/derive-as-expected.ts'

// `npm run test:records` also verifies L1 and executes the blocks.
for (const folder of recordsIn(recordsFolder))
  test(`the lines of ${basename(folder)} are op-node's, byte for byte`, async () => {
    await deriveAsExpected(folder, { isExecuted: false, isL1Verified: false })
  })
