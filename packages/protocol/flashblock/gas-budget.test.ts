import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Payload } from '#protocol/block/payload.ts'
import { decodeDeposit, encodeDeposit } from '#protocol/transaction/deposit.ts'
import { depositType } from '#protocol/transaction/transaction-types.ts'
import { readRecord } from '#test/fakes/recorded-chain.ts'
import { gasBudget, sufficientGasLimit } from './gas-budget.ts'

const { l2 } = await readRecord('fork-jovian')
const block = l2[2]?.block ?? assert.fail()

const budgets = (least: bigint) =>
  [1, 2, 3, 4].map((index) =>
    gasBudget({ gasLimit: 1_003n, index, lastIndex: 4, sufficient: least }),
  )

test('each index has an equal share of the gas, rounded down, and the last index has all that is left', () => {
  assert.deepEqual(budgets(0n), [250n, 501n, 752n, 1_003n])
})

test('a budget has room for the prefix, and is at most the gas limit of the block', () => {
  assert.deepEqual(budgets(600n), [600n, 600n, 752n, 1_003n])
  assert.deepEqual(budgets(1_004n), [1_003n, 1_003n, 1_003n, 1_003n])
})

test('a prefix needs the gas that it uses, and the gas limit of its largest transaction, which may use less', () => {
  const attributesGas = 1_000_000n
  assert.equal(sufficientGasLimit(block), block.gasUsed + attributesGas)
  const light = block.transactions.map((raw) =>
    raw[0] === depositType ? encodeDeposit({ ...decodeDeposit(raw), gas: 21_000n }) : raw,
  )
  // A transaction of a user has a gas limit of 200,000.
  assert.equal(sufficientGasLimit({ ...block, transactions: light }), block.gasUsed + 200_000n)
})

test('a prefix needs a gas limit as large as its data availability footprint', () => {
  const heavy: Payload = { ...block, blobGasUsed: 5_000_000n }
  assert.equal(sufficientGasLimit(heavy), 5_000_000n)
})

test('a post-exec transaction is not part of a prefix', () => {
  const postExec = Uint8Array.of(0x7d, 1, 2)
  const transactions = [...block.transactions, postExec]
  assert.equal(sufficientGasLimit({ ...block, transactions }), sufficientGasLimit(block))
})
