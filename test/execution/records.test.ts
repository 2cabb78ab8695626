import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { executeChain } from '#devnet/execution/recorded/execute-chain.ts'

// Chains that op-geth made: each block executed from genesis has the hash that it had there, and what it refused is refused.

const own = fileURLToPath(new URL('../vectors/records/', import.meta.url))
const shared = fileURLToPath(new URL('../../../shared/fixtures/records/', import.meta.url))

function recordsIn(root: string): readonly string[] {
  const entries = readdirSync(root, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${root}${name}`)
}

const others = existsSync(shared) ? recordsIn(shared) : []
if (others.length === 0)
  console.error('the full set of records is not here: only those of the project are executed')

for (const folder of [...recordsIn(own), ...others])
  test(`every block of ${folder.split('/').slice(-2).join('/')} has op-geth's hash`, async (t) => {
    const result = await executeChain(folder, { asOpGeth: false })
    assert.equal(result.firstDifference, undefined)
    assert.ok(result.blocks > 0)
    assert.equal(result.equal, result.blocks)
    assert.equal(result.refused.refused, result.refused.recorded)
    t.diagnostic(`${result.blocks} blocks, ${result.txs} transactions`)
  })
