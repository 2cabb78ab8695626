import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromHex, toHex } from '#protocol/codec/hex.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import { readVectors } from '#test/vectors/derivation-vectors.ts'
import { decodeDeposit, type Deposit, encodeDeposit } from './deposit.ts'

interface Case {
  readonly fields: {
    readonly sourceHash: Hash
    readonly from: Address
    readonly to: Address | null
    readonly mint: number | string
    readonly value: number | string
    readonly gas: number
    readonly isSystemTx: boolean
    readonly data: string
  }
  readonly tx: string
}

const { cases } = readVectors('deposit_tx.json') as { cases: readonly Case[] }

for (const [at, { fields, tx }] of cases.entries())
  // Rules: deposit-format
  test(`deposit ${at} decodes to itself`, () => {
    const deposit: Deposit = {
      sourceHash: fields.sourceHash,
      from: fields.from,
      to: fields.to ?? undefined,
      mint: BigInt(fields.mint),
      value: BigInt(fields.value),
      gas: BigInt(fields.gas),
      isSystemTransaction: fields.isSystemTx,
      data: fromHex(fields.data),
    }
    assert.equal(toHex(encodeDeposit(deposit)), tx)
    assert.deepEqual(decodeDeposit(fromHex(tx)), deposit)
  })
