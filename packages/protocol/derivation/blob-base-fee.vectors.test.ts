import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readVectors } from '#test/vectors/derivation-vectors.ts'
import { fakeExponential } from './blob-base-fee.ts'

const { fractions, cases } = readVectors('blob_base_fee.json') as {
  fractions: Readonly<Record<string, number>>
  cases: readonly (Readonly<Record<string, string>> & { excessBlobGas: string })[]
}

for (const { excessBlobGas, ...fees } of cases)
  // Rules: blob-base-fee
  test(`the blob base fee at an excess of ${excessBlobGas}`, () => {
    for (const [fork, fee] of Object.entries(fees))
      assert.equal(
        fakeExponential(BigInt(excessBlobGas), BigInt(fractions[fork] ?? 0)),
        BigInt(fee),
        fork,
      )
  })
