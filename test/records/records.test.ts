import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { SettledBlock } from '#devnet/derive/derive-chain.ts'
import { deriveRecord } from '#devnet/derive/derive-record.ts'
import { expectedLine, refusedLine } from '#devnet/derive/derived-line.ts'
import type { DerivedAttributes } from '#protocol/pipeline/pipeline.ts'
import { findFile, readLines, requireFile } from '#runtime/record/read-lines.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'

// Chains that op-node derived: each line of ours is its line, in its order, and each hash op-geth's.

/** More of them, where there are. */
const shared =
  process.env['ATOLL_RECORDS'] ??
  fileURLToPath(new URL('../../../shared/fixtures/records/', import.meta.url))

function recordsIn(root: string): readonly string[] {
  return readdirSync(root)
    .map((name) => join(root, name))
    .filter((folder) => findFile(folder, 'l1.ndjson') !== undefined)
}

const own = recordsIn(recordsFolder)
const others = existsSync(shared) ? recordsIn(shared) : []
if (others.length === 0)
  test('all other records are derived', { skip: 'they are not here; ATOLL_RECORDS names them' })
const kept = new Set(own.map((folder) => basename(folder)))
const folders = [...own, ...others.filter((folder) => !kept.has(basename(folder)))]

/** What deriving a record printed, without what only we say. */
async function linesOf(folder: string, { isExecuted }: { readonly isExecuted: boolean }) {
  const lines: string[] = []
  const refusedLines: string[] = []
  const matches = new Set<boolean | undefined>()
  const onBlock = (block: SettledBlock) => {
    lines.push(expectedLine(block))
    matches.add(block.matches)
  }
  const onRefused = (derived: DerivedAttributes) => {
    refusedLines.push(refusedLine(derived, { thenDepositsOnly: false }))
  }
  // Once is enough: blobs take a while.
  const options = { isExecuted, isL1Verified: !isExecuted, repeat: 1, onBlock, onRefused }
  const { mismatch, blocks } = await deriveRecord(folder, options)
  assert.equal(mismatch, undefined)
  assert.deepEqual([...matches], [true])
  return { lines, refusedLines, blocks }
}

async function expectedOf(folder: string, name: string): Promise<readonly string[]> {
  const path = findFile(folder, name)
  if (path === undefined) return []
  const lines: string[] = []
  for await (const { json } of readLines(path)) lines.push(JSON.stringify(json))
  return lines
}

/** What became of them then is told by the lines of the blocks. */
async function refusedOf(folder: string): Promise<readonly string[]> {
  const lines = await expectedOf(folder, 'refused.ndjson')
  return lines.map((line) => line.replace('"thenDepositsOnly":true,', ''))
}

for (const folder of folders) {
  const name = basename(folder)
  test(`${name} is derived as op-node derived it`, async (t) => {
    const expected = await expectedOf(folder, 'expected.ndjson')
    const derived = await linesOf(folder, { isExecuted: false })
    assert.ok(expected.length > 0)
    for (const [at, line] of expected.entries()) assert.equal(derived.lines[at], line)
    assert.equal(derived.lines.length, expected.length)
    assert.deepEqual(derived.refusedLines, await refusedOf(folder))
    t.diagnostic(`${derived.blocks} blocks`)
  })

  test(`${name}, executed as it is derived, has op-geth's hashes`, async () => {
    requireFile(folder, 'genesis.json')
    const expected = await expectedOf(folder, 'expected.ndjson')
    const derived = await linesOf(folder, { isExecuted: true })
    for (const [at, line] of expected.entries()) assert.equal(derived.lines[at], line)
    assert.equal(derived.lines.length, expected.length)
    assert.deepEqual(derived.refusedLines, await refusedOf(folder))
  })
}
