import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  decodeL1Attributes,
  encodedL1AttributesForm,
  encodeL1Attributes,
} from '#protocol/block/l1-attributes.ts'
import { hardforksAt } from '#protocol/chains/hardforks.ts'
import { fromHex, toAddress, toHex } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { decodeDeposit } from '#protocol/transaction/deposit.ts'
import { readVectors } from '#test/vectors/derivation-vectors.ts'
import { L1AttributesDeposits } from './l1-attributes-deposit.ts'

interface Transaction {
  readonly gas: number
  readonly isSystemTx: boolean
  readonly sourceHash: string
  readonly tx: string
  readonly txHash: string
}

interface Vectors {
  readonly cases: readonly {
    readonly format: string
    readonly fields: Fields
    readonly calldata: string
    readonly preRegolith?: Transaction
    readonly regolith: Transaction
  }[]
  readonly realTransactions: readonly {
    readonly note: string
    readonly tx: string
    readonly decoded: Fields
  }[]
}

type Fields = Readonly<Record<string, string | number>>

const { cases, realTransactions } = readVectors('l1_info.json') as Vectors

/** Decodes calldata to fields with the names of the vectors. */
function fieldsOf(calldata: Uint8Array): Fields {
  const { bedrock, ecotone, operatorFee, daFootprintGasScalar, ...common } =
    decodeL1Attributes(calldata)
  const fields: Record<string, string | number> = {
    number: Number(common.number),
    time: Number(common.timestamp),
    baseFee: Number(common.baseFee),
    blockHash: common.hash,
    sequenceNumber: Number(common.sequenceNumber),
    batcherAddr: toAddress(fromHex(common.batcherHash).subarray(12)),
  }
  if (bedrock) {
    fields['l1FeeOverhead'] = Number(bedrock.overhead)
    fields['l1FeeScalar'] = Number(bedrock.scalar)
  }
  for (const [name, value] of Object.entries(ecotone ?? {})) fields[name] = Number(value)
  if (operatorFee) {
    fields['operatorFeeScalar'] = Number(operatorFee.scalar)
    fields['operatorFeeConstant'] = Number(operatorFee.constant)
  }
  if (daFootprintGasScalar !== undefined)
    fields['daFootprintGasScalar'] = Number(daFootprintGasScalar)
  return fields
}

for (const { format, fields, calldata, preRegolith, regolith } of cases)
  // Rules: l1-attributes-forms
  test(`the L1 attributes deposit in the form of ${format} decodes, and encodes to the same bytes`, () => {
    const data = fromHex(calldata)
    const attributes = decodeL1Attributes(data)
    assert.equal(encodedL1AttributesForm(data), format)
    assert.deepEqual(fieldsOf(data), fields)
    assert.equal(toHex(encodeL1Attributes(attributes)), calldata)
    for (const [want, time] of [
      [preRegolith, 0n],
      [regolith, 1n],
    ] as const) {
      if (want === undefined) continue
      const forks = hardforksAt({ regolith: 1n }, time)
      // As in derivation, the object is made for the first block of the epoch; `at` sets the sequence number.
      const first = { ...attributes, sequenceNumber: 0n }
      const raw = new L1AttributesDeposits(first, { forks }).at(attributes.sequenceNumber)
      assert.equal(toHex(raw), want.tx)
      assert.equal(toHex(keccak256(raw)), want.txHash)
      const deposit = decodeDeposit(raw)
      assert.equal(deposit.sourceHash, want.sourceHash)
      assert.equal(deposit.gas, BigInt(want.gas))
      assert.equal(deposit.isSystemTransaction, want.isSystemTx)
    }
  })

for (const { note, tx, decoded } of realTransactions)
  // Rules: l1-attributes-forms
  test(`an L1 attributes deposit of a real chain decodes, and encodes to the same bytes: ${note}`, () => {
    const { data, sourceHash } = decodeDeposit(fromHex(tx))
    assert.deepEqual({ ...fieldsOf(data), sourceHash }, decoded)
    const attributes = decodeL1Attributes(data)
    const deposits = new L1AttributesDeposits(attributes, {
      forks: hardforksAt({ regolith: 0n }, 0n),
    })
    assert.equal(toHex(deposits.at(attributes.sequenceNumber)), tx)
  })
