import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hash } from '#protocol/primitives.ts'
import { readVectors } from '#test/vectors/derivation-vectors.ts'
import { outputRoot } from './output-root.ts'

const { cases } = readVectors('output_root.json') as {
  cases: readonly Readonly<Record<string, Hash>>[]
}

for (const [at, known] of cases.entries())
  test(`output root ${at}`, () => {
    const { stateRoot, withdrawalStorageRoot, blockHash } = known
    assert.ok(stateRoot && withdrawalStorageRoot && blockHash)
    const messagePasserStorageRoot = withdrawalStorageRoot
    assert.equal(
      outputRoot({ stateRoot, messagePasserStorageRoot, blockHash }),
      known['outputRoot'],
    )
  })
