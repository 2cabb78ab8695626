import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeExtraData } from '#protocol/block/extra-data.ts'
import type { Header } from '#protocol/block/header.ts'
import { nextBaseFee } from './base-fee.ts'

const config = {
  chainId: 901n,
  hardforkTimes: { canyon: 0n, holocene: 100n },
  eip1559: { elasticity: 6n, denominator: 50n, denominatorCanyon: 250n },
  hasOsakaAtKarst: true,
  hasUsersAtForks: true,
}

/** The base fee after an empty block. */
function feeAfter(timestamp: bigint, extraData: Uint8Array): bigint {
  const fields = { timestamp, extraData, baseFeePerGas: 10_000n, gasUsed: 0n, gasLimit: 60n }
  return nextBaseFee(config, fields as Header, timestamp + 100n)
}

test('before Holocene the extra data, which may be arbitrary, does not affect the base fee', () => {
  assert.equal(feeAfter(99n, new TextEncoder().encode('BEDROCK')), 9_960n)
  assert.equal(feeAfter(99n, new Uint8Array()), 9_960n)
})

test('from Holocene on the extra data of the parent sets the EIP-1559 parameters', () => {
  const extraData = encodeExtraData({ denominator: 10n, elasticity: 2n, minBaseFee: undefined })
  assert.equal(feeAfter(100n, extraData), 9_000n)
})

for (const { what, fields, message } of [
  {
    what: 'used gas although its gas limit is below the elasticity',
    fields: { gasLimit: 5n, gasUsed: 1n },
    message: /below the elasticity/,
  },
  {
    what: 'takes the base fee past 2^256 - 1',
    fields: { gasLimit: 60n, gasUsed: 60n, baseFeePerGas: 2n ** 256n - 1n },
    message: /more than 256 bits/,
  },
])
  test(`no block can follow a block that ${what}`, () => {
    const parent = { timestamp: 99n, extraData: new Uint8Array(), baseFeePerGas: 7n, ...fields }
    assert.throws(() => nextBaseFee(config, parent as Header, 100n), {
      name: 'InvalidBlock',
      message,
    })
  })

test('the base fee stays the same after a block that used no gas and has a gas limit below the elasticity', () => {
  const fields = { timestamp: 99n, extraData: new Uint8Array(), baseFeePerGas: 7n }
  assert.equal(nextBaseFee(config, { ...fields, gasLimit: 5n, gasUsed: 0n } as Header, 100n), 7n)
})
