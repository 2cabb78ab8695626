import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { requireFile } from '#records/folder/read-lines.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { deriveAsExpected, recordsIn } from './derive-as-expected.ts'

// Derives chains that op-node derived. Each line of Atoll's output equals op-node's, and each hash equals op-geth's.

/** Folder of further records, if it exists. */
const shared =
  process.env['ATOLL_RECORDS'] ??
  fileURLToPath(new URL('../../../shared/fixtures/records/', import.meta.url))

const own = recordsIn(recordsFolder)
const others = existsSync(shared) ? recordsIn(shared) : []
if (others.length === 0)
  test('all other records are derived', {
    skip: 'no other records; ATOLL_RECORDS may name their folder',
  })
const kept = new Set(own.map((folder) => basename(folder)))
const folders = [...own, ...others.filter((folder) => !kept.has(basename(folder)))]

for (const folder of folders) {
  const name = basename(folder)
  test(`${name} is derived as op-node derived it`, async (t) => {
    const blocks = await deriveAsExpected(folder, { isExecuted: false, isL1Verified: true })
    t.diagnostic(`${blocks} blocks`)
  })

  test(`${name}, executed while it is derived, has op-geth's hashes`, async () => {
    requireFile(folder, 'genesis.json')
    await deriveAsExpected(folder, { isExecuted: true, isL1Verified: false })
  })
}
