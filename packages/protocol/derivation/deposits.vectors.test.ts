import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fromHex, toHex } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import type { Bytes32, Hash } from '#protocol/primitives.ts'
import { decodeDeposit } from '#protocol/transaction/deposit.ts'
import { address } from '#test/fakes/test-rollup.ts'
import { hash } from '#test/fakes/values.ts'
import { readVectors } from '#test/vectors/derivation-vectors.ts'
import { depositsOfLogs, type UserDeposits } from './deposits.ts'

interface LogJson {
  readonly topics: readonly Bytes32[]
  readonly data: string
}

interface Vectors {
  readonly cases: readonly {
    readonly note: string
    readonly l1BlockHash: Hash
    readonly logIndex: number
    readonly log: LogJson
    readonly deposit: { readonly sourceHash: string; readonly tx: string; readonly txHash: string }
  }[]
  readonly invalid: readonly (LogJson & { readonly reason: string })[]
}

const portal = address(1)
const { cases, invalid } = readVectors('deposit_from_log.json') as Vectors

function derive(log: LogJson, l1BlockHash: Hash, index: number): UserDeposits {
  const { topics, data } = log
  return depositsOfLogs([{ address: portal, topics, data: fromHex(data), index }], {
    depositContractAddress: portal,
    l1BlockHash,
  })
}

for (const { note, l1BlockHash, logIndex, log, deposit } of cases)
  // Rules: deposit-log
  test(`a log becomes a deposit: ${note}`, () => {
    const derived = derive(log, l1BlockHash, logIndex)
    assert.equal(derived.kind, 'deposits')
    if (derived.kind !== 'deposits') return
    const [raw = new Uint8Array()] = derived.transactions
    assert.equal(derived.transactions.length, 1)
    assert.equal(toHex(raw), deposit.tx)
    assert.equal(decodeDeposit(raw).sourceHash, deposit.sourceHash)
    assert.equal(toHex(keccak256(raw)), deposit.txHash)
  })

for (const { reason, ...log } of invalid)
  // Rules: deposit-log
  test(`a log is a malformed deposit: ${reason}`, () => {
    assert.equal(derive(log, hash(1), 0).kind, 'malformed')
  })
