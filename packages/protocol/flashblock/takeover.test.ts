import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Payload } from '#protocol/block/payload.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { hashPayload } from '#protocol/block/payload-hash.ts'
import { fromHex, toBytes8 } from '#protocol/codec/hex.ts'
import { configOf, samplePayload } from '#test/fakes/block-messages.ts'
import {
  filledHash,
  sampleDeposit,
  samplePayloadId,
  userTransaction,
} from '#test/fakes/flashblocks.ts'
import { notComputed } from './flashblock.ts'
import { bestPrefix, decideTakeover, type StoredPrefix, type TakeoverSlot } from './takeover.ts'

const config = configOf(4)
const { number, parentHash, timestamp } = samplePayload

const attributes: PayloadAttributes = {
  timestamp,
  prevRandao: samplePayload.prevRandao,
  suggestedFeeRecipient: samplePayload.feeRecipient,
  withdrawals: [],
  parentBeaconBlockRoot: samplePayload.parentBeaconBlockRoot,
  transactions: [sampleDeposit],
  noTxPool: false,
  gasLimit: samplePayload.gasLimit,
  eip1559Params: toBytes8(fromHex('0x000000fa00000006')),
  minBaseFee: 7n,
}

/** The slot of the sample block, this time before its end. */
function slotOf(leftMs: number, changes: Partial<TakeoverSlot> = {}): TakeoverSlot {
  const nowMs = Number(timestamp) * 1_000 - leftMs
  const parent = { hash: parentHash, number: number - 1n }
  return { parent, timestamp, nowMs, intervalMs: 250, attributes, ...changes }
}

/** A stored prefix with a number of user transactions. */
function prefixOf(
  count: number,
  changes: Partial<StoredPrefix> = {},
  fields: Partial<Payload> = {},
): StoredPrefix {
  const users = Array.from({ length: count }, (_, at) => userTransaction(at))
  const payload = { ...samplePayload, transactions: [sampleDeposit, ...users], ...fields }
  return {
    payloadId: samplePayloadId,
    index: 2,
    payload: { ...payload, blockHash: hashPayload(payload) },
    epoch: 0n,
    isExecuted: true,
    ...changes,
  }
}

const kindOf = (prefix: StoredPrefix | undefined, slot: TakeoverSlot) => {
  const takeover = decideTakeover(config, prefix, slot)
  return takeover.kind === 'drop' ? takeover.reason : takeover.kind
}

test('without a stored prefix, the block is built from the start', () => {
  assert.equal(kindOf(undefined, slotOf(1_000)), 'build')
})

test('a prefix is continued until less than one interval is left, and is then sealed as it is', () => {
  for (const count of [0, 1, 50]) {
    assert.equal(kindOf(prefixOf(count), slotOf(1_900)), 'continue')
    assert.equal(kindOf(prefixOf(count), slotOf(250)), 'continue')
    assert.equal(kindOf(prefixOf(count), slotOf(249)), 'seal')
    assert.equal(kindOf(prefixOf(count), slotOf(-5_000)), 'seal')
  }
})

test('a prefix that was not executed, or has no state root, is not sealed as it is', () => {
  assert.equal(kindOf(prefixOf(1, { isExecuted: false }), slotOf(10)), 'continue')
  const rootless = prefixOf(1, {}, { stateRoot: notComputed })
  assert.equal(kindOf(rootless, slotOf(10)), 'continue')
  const hashless = { ...rootless.payload, blockHash: notComputed, withdrawalsRoot: undefined }
  assert.equal(kindOf({ ...rootless, payload: hashless }, slotOf(10)), 'continue')
})

test('a prefix is dropped with the reason if its L1 origin is not allowed, or any choice is not that of the attributes', () => {
  const reason = 'its L1 origin is not canonical'
  assert.equal(kindOf(prefixOf(1), slotOf(500, { attributes: reason })), reason)
  const fields: readonly [Partial<Payload>, RegExp][] = [
    [{ transactions: [userTransaction(1)] }, /^transactions\[0\]/],
    [{ transactions: [sampleDeposit, sampleDeposit] }, /^transactions\[1\] has type 0x7e/],
    [{ prevRandao: filledHash(9) }, /^prevRandao/],
    [{ feeRecipient: `0x${'11'.repeat(20)}` as Payload['feeRecipient'] }, /^feeRecipient/],
    [{ gasLimit: 1_000_000n }, /^gasLimit/],
    [{ parentBeaconBlockRoot: filledHash(9) }, /^parentBeaconBlockRoot/],
    [{ extraData: fromHex('0x01000000fa000000060000000000000008') }, /^(minBaseFee|extraData)/],
  ]
  for (const [changed, problem] of fields)
    assert.match(kindOf(prefixOf(1, {}, changed), slotOf(500)), problem)
  const { payload } = prefixOf(1)
  const lying = { ...payload, blockHash: filledHash(9) }
  assert.match(kindOf(prefixOf(1, { payload: lying }), slotOf(500)), /^blockHash/)
})

test('of several prefixes the highest epoch is taken, then an executed one, then the longest', () => {
  const slot = slotOf(500)
  const [long, short] = [prefixOf(5), prefixOf(2)]
  const newer = prefixOf(1, { epoch: 8n, isExecuted: false })
  const notExecuted = prefixOf(9, { isExecuted: false })
  assert.equal(bestPrefix([short, long, notExecuted], slot), long)
  assert.equal(bestPrefix([long, newer], slot), newer)
  assert.equal(bestPrefix([notExecuted, short], slot), short)
})

test('only a prefix of this slot is taken', () => {
  const slot = slotOf(500)
  const others: readonly Partial<Payload>[] = [
    { parentHash: filledHash(9) },
    { number: number + 1n },
    { timestamp: timestamp + 1n },
  ]
  for (const fields of others) assert.equal(bestPrefix([prefixOf(1, {}, fields)], slot), undefined)
  assert.equal(bestPrefix([], slot), undefined)
})
