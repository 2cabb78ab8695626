import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { executeChain } from '#records/execute/execute-chain.ts'
import { runCommand } from '#node/nats-server/run-command.ts'
import { buildOpGeth } from './build-op-geth.ts'
import { oracleSeed } from './oracle-seed.ts'

// Executes random chains that op-geth's core made, each through all forks. Hashes and refused payloads must equal
// op-geth's.

const chains = 20

const makeTimeoutMs = 300_000

for (let at = 0; at < chains; at++) {
  const seed = oracleSeed + at
  // Networks run op-reth, which has Osaka's rules from Karst on. op-geth has these rules only with an option.
  const osaka = at % 2 === 0 ? ['osaka'] : []
  const name = `${seed}${osaka.length > 0 ? ' with Osaka' : ''}`
  test(`every block of random chain ${name} has op-geth's hash`, async (t) => {
    const opGeth = await buildOpGeth((what) => console.error(what))
    const folder = await mkdtemp(join(tmpdir(), `atoll-random-chain-${seed}-`))
    const options = { env: process.env, timeoutMs: makeTimeoutMs }
    await runCommand(opGeth, [String(seed), folder, ...osaka], options)
    const result = await executeChain(folder, { asOpGeth: osaka.length === 0 })
    const { blocks, equal, txs, refused } = result
    if (result.firstDifference !== undefined) t.diagnostic(`the chain is kept in ${folder}`)
    assert.equal(result.firstDifference, undefined)
    assert.equal(equal, 144)
    assert.equal(refused.refused, refused.recorded)
    await rm(folder, { recursive: true })
    t.diagnostic(
      `${blocks} blocks, ${txs} transactions, ${refused.refused} refused payloads, as in op-geth`,
    )
  })
}
