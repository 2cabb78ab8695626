import assert from 'node:assert/strict'
import { test } from 'node:test'
import { l1BlobSchedule } from '#protocol/chains/l1-blob-schedules.ts'
import { testRollup } from '#test/fakes/test-rollup.ts'
import { blobBaseFee, fakeExponential } from './blob-base-fee.ts'

const sepolia = { ...testRollup, l1BlobSchedule: l1BlobSchedule(11_155_111n) ?? [] }

/** The fee at an excess blob gas of 100 million. At this excess, each update fraction gives another fee. */
const feeAt = (timestamp: bigint, config = sepolia) =>
  blobBaseFee(config, { timestamp, excessBlobGas: 100_000_000n })

const [cancun, prague, bpo1, bpo2] = [10_203_769_476_395n, 470_442_149n, 159_773n, 5_209n]

// Rules: blob-base-fee
test('the update fraction of the last active fork of L1 applies', () => {
  assert.equal(feeAt(1_706_655_072n), cancun)
  assert.equal(feeAt(1_741_159_775n), cancun)
  assert.equal(feeAt(1_741_159_776n), prague)
  assert.equal(feeAt(1_761_017_183n), prague)
  assert.equal(feeAt(1_761_017_184n), bpo1)
  assert.equal(feeAt(1_761_607_008n), bpo2)
})

// Rules: blob-base-fee
test('a chain that missed Prague computes the fee as in Cancun until the time in its config', () => {
  const late = { ...sepolia, pectraBlobScheduleTime: 1_742_486_400n }
  assert.equal(feeAt(1_742_486_399n, late), cancun)
  assert.equal(feeAt(1_742_486_400n, late), prague)
})

// Rules: blob-base-fee
test('before Cancun the blob base fee is the minimum', () => {
  assert.equal(blobBaseFee(sepolia, { timestamp: 1n, excessBlobGas: undefined }), 1n)
})

// Rules: limit-blob-fee
test('a fee has at most 256 bits', () => {
  // e^177 has 256 bits, e^178 has 257.
  assert.equal(fakeExponential(177_000n, 1_000n)?.toString(2).length, 256)
  assert.equal(fakeExponential(178_000n, 1_000n), undefined)
  assert.equal(fakeExponential(2n ** 64n - 1n, 1n), undefined)
})
