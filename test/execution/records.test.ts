import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import { executeChain } from '#records/execute/execute-chain.ts'
import { readJsonFile } from '#runtime/json-file.ts'

// Chains made by op-geth are executed from genesis. Hashes and refused payloads must equal op-geth's.

const own = fileURLToPath(new URL('../vectors/records/', import.meta.url))
const shared = fileURLToPath(new URL('../../../shared/fixtures/records/', import.meta.url))

/** The `about.json` of a random chain states whether Karst has Osaka's rules. Other records do not depend on that. */
const aboutJson = z.looseObject({ osakaAtKarst: z.boolean().default(true) })

function recordsIn(root: string): readonly string[] {
  const entries = readdirSync(root, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${root}${name}`)
}

const others = existsSync(shared) ? recordsIn(shared) : []
if (others.length === 0)
  console.error('the full set of records is missing: only those of the project are executed')

for (const folder of [...recordsIn(own), ...others])
  test(`every block of ${folder.split('/').slice(-2).join('/')} has op-geth's hash`, async (t) => {
    const about = aboutJson.parse(await readJsonFile(`${folder}/about.json`))
    const result = await executeChain(folder, { asOpGeth: !about.osakaAtKarst })
    assert.equal(result.firstDifference, undefined)
    assert.ok(result.blocks > 0)
    assert.equal(result.equal, result.blocks)
    assert.equal(result.refused.refused, result.refused.recorded)
    t.diagnostic(`${result.blocks} blocks, ${result.txs} transactions`)
  })
