import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { SettledBlock } from '#records/derive/derive-chain.ts'
import { deriveRecord, type DeriveRecordOptions } from '#records/derive/derive-record.ts'
import { expectedLine, refusedLine } from '#records/derive/derived-line.ts'
import type { DerivedAttributes } from '#protocol/pipeline/pipeline.ts'
import { findFile } from '#records/folder/read-lines.ts'
import { linesOf } from '#test/fakes/record-again.ts'

/** The subfolders of a folder that contain a record with L1 data. */
export function recordsIn(root: string): readonly string[] {
  return readdirSync(root)
    .map((name) => join(root, name))
    .filter((folder) => findFile(folder, 'l1.ndjson') !== undefined)
}

/**
 * Derives a record, and compares the lines with op-node's, in order. With execution, also compares the hashes with
 * op-geth's.
 *
 * @returns the number of blocks
 */
export async function deriveAsExpected(
  folder: string,
  options: Pick<DeriveRecordOptions, 'isExecuted' | 'isL1Verified'>,
): Promise<number> {
  const lines: string[] = []
  const refusedLines: string[] = []
  const onBlock = (block: SettledBlock) => {
    assert.equal(block.matches, true)
    lines.push(expectedLine(block))
  }
  const onRefused = (derived: DerivedAttributes) => {
    refusedLines.push(refusedLine(derived, { thenDepositsOnly: false }))
  }
  const { mismatch, blocks } = await deriveRecord(folder, {
    ...options,
    repeat: 1,
    onBlock,
    onRefused,
  })
  assert.equal(mismatch, undefined)
  const expected = await textsOf(folder, 'expected.ndjson')
  assert.ok(expected.length > 0)
  for (const [at, line] of expected.entries()) assert.equal(lines[at], line)
  assert.equal(lines.length, expected.length)
  // `thenDepositsOnly` is not compared here: the lines of the blocks show which block replaced a refused block.
  const refused = await textsOf(folder, 'refused.ndjson')
  assert.deepEqual(
    refusedLines,
    refused.map((line) => line.replace('"thenDepositsOnly":true,', '')),
  )
  return blocks
}

async function textsOf(folder: string, name: string): Promise<readonly string[]> {
  return (await linesOf(folder, name)).map((line) => JSON.stringify(line))
}
