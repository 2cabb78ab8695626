import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { MemoryStore } from '#execution-client/state/memory-store.ts'
import { makeGenesisBlock, parseGenesis } from '#execution-client/genesis/genesis.ts'
import { executeFixture } from '#records/execute/execute-fixture.ts'

const vectors = (name: string) => fileURLToPath(new URL(`../vectors/${name}/`, import.meta.url))
const shared = fileURLToPath(new URL('../../../shared/fixtures/execution/', import.meta.url))

// Executes real blocks of OP Sepolia. A fixture has a block and the part of the state that the block touches.
for (const folder of [vectors('execution'), shared].filter((path) => existsSync(path)))
  for (const name of readdirSync(folder))
    test(`block of ${folder.split('/').slice(-3).join('/')}${name}: execution gives the recorded hash`, async (t) => {
      const { hash, expected, gasUsed } = await executeFixture(`${folder}${name}`)
      assert.equal(hash, expected)
      t.diagnostic(`${gasUsed} gas`)
    })

interface RegistryGenesis {
  readonly header: Readonly<Record<string, unknown>>
  readonly alloc: Readonly<Record<string, { readonly code?: number }>>
  readonly codes: readonly string[]
  readonly registryToml: string
}

// Genesis blocks of real chains, from the superchain registry. A file has each contract code once. Accounts refer to
// codes by index.
for (const name of readdirSync(vectors('genesis')))
  test(`the genesis of ${name} has the hash of the registry`, async () => {
    const packed = await readFile(`${vectors('genesis')}${name}`)
    const file = JSON.parse(gunzipSync(packed).toString()) as RegistryGenesis
    const alloc = Object.entries(file.alloc).map(([address, account]) => {
      const code = account.code === undefined ? '0x' : file.codes[account.code]
      return [address, { ...account, code }] as const
    })
    const genesis = parseGenesis({ ...file.header, alloc: Object.fromEntries(alloc) })
    const { hash } = makeGenesisBlock(genesis, new MemoryStore())
    const l2 = /\[genesis\.l2\]\s+hash = "(0x[0-9a-f]{64})"/.exec(file.registryToml)?.[1]
    assert.equal(hash, l2)
  })
