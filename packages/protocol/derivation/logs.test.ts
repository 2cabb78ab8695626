import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { L1Log } from '#protocol/block/l1-block.ts'
import { fromHex, toBytes32 } from '#protocol/codec/hex.ts'
import type { Bytes32 } from '#protocol/primitives.ts'
import { decodeDeposit } from '#protocol/transaction/deposit.ts'
import { address, testSystemConfig } from '#test/fakes/test-rollup.ts'
import { hash } from '#test/fakes/values.ts'
import { depositsOfLogs, type UserDeposits } from './deposits.ts'
import { updateSystemConfig } from './system-config-updates.ts'

// Properties of logs with any content; the meaning of valid logs is tested with the vectors.

const runs = { numRuns: Number(process.env['ATOLL_FUZZ_RUNS'] ?? 500) }

const depositEvent = '0xb3813568d9991fc951961fcb4c784893574240a28925604d09fc577c55bb7c32' as Bytes32
const updateEvent = '0x1d2b0bda21d56b8bd12d4f94ebacffdfb35f5e226f84b461103bb8beab6353be' as Bytes32
const zero = toBytes32(new Uint8Array(32))

const wordOf = (value: number) => value.toString(16).padStart(64, '0')

const log = (event: Bytes32, topics: readonly Bytes32[], data: Uint8Array): L1Log => ({
  address: address(1),
  topics: [event, ...topics],
  data,
  index: 7,
})

const derive = (logs: readonly L1Log[]): UserDeposits =>
  depositsOfLogs(logs, { depositContractAddress: address(1), l1BlockHash: hash(1) })

/** Data of a deposit log: a number of opaque bytes, the length that the log states for them, and their padding. */
const depositData = (opaque: number, said = opaque, padding = (32 - (opaque % 32)) % 32) =>
  fromHex(`0x${wordOf(32)}${wordOf(said)}${'00'.repeat(opaque + padding)}`)

const depositOf = (data: Uint8Array) => {
  const derived = derive([log(depositEvent, [zero, zero, zero], data)])
  return derived.kind === 'malformed' ? derived.reason : derived.kind
}

// Rules: deposit-log
test('a deposit has a head of 73 bytes and the shortest padding', () => {
  assert.equal(depositOf(depositData(73)), 'deposits')
  assert.equal(depositOf(depositData(72)), 'opaque-data')
  assert.equal(depositOf(depositData(96)), 'deposits')
  assert.equal(depositOf(depositData(96, 96, 32)), 'padding')
  assert.equal(depositOf(depositData(96, 97)), 'padding')
  assert.equal(depositOf(depositData(96, 64)), 'padding')
  assert.equal(depositOf(depositData(96, 65)), 'opaque-data')
  assert.equal(depositOf(depositData(95, 95, 0)), 'length')
  assert.equal(depositOf(fromHex(`0x${wordOf(33)}${wordOf(73)}${'00'.repeat(96)}`)), 'offset')
  assert.equal(depositOf(fromHex(`0x${wordOf(32)}${'ff'.repeat(32)}${'00'.repeat(96)}`)), 'padding')
})

// Rules: deposit-filter
test('logs of other contracts and other events are skipped', () => {
  const good = log(depositEvent, [zero, zero, zero], depositData(73))
  const logs = [
    { ...good, address: address(2) },
    log(zero, [], depositData(0)),
    { ...good, topics: [] },
    good,
  ]
  const derived = derive(logs)
  assert.equal(derived.kind === 'deposits' && derived.transactions.length, 1)
})

// Rules: deposit-malformed
test('if one of several deposits is malformed, the index of its log is reported', () => {
  const good = log(depositEvent, [zero, zero, zero], depositData(73))
  const wrong = { ...good, topics: good.topics.slice(0, 3), index: 9 }
  assert.deepEqual(derive([good, wrong, good]), {
    kind: 'malformed',
    logIndex: 9,
    reason: 'topics',
  })
})

const word = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toBytes32)
const topics = fc.array(fc.oneof(word, fc.constant(zero)), { maxLength: 4 })

test('a deposit derived from any log can be decoded', () => {
  const data = fc
    .tuple(fc.nat({ max: 300 }), fc.nat({ max: 300 }))
    .map(([opaque, said]) => depositData(opaque, said))
  const anything = fc.oneof(data, fc.uint8Array({ maxLength: 400 }))
  const property = fc.property(topics, anything, (some, bytes) => {
    const derived = derive([log(depositEvent, some, bytes)])
    if (derived.kind === 'deposits') for (const raw of derived.transactions) decodeDeposit(raw)
  })
  fc.assert(property, runs)
})

const updateType = (type: number) => `0x${wordOf(type)}` as Bytes32
const rules = { l1SystemConfigAddress: address(1), isEcotone: true }

// Rules: config-update-order
test('an update that is reported as ignored has no effect', () => {
  const oneWord = word.map((content) => fromHex(`0x${wordOf(32)}${wordOf(32)}${content.slice(2)}`))
  const twoWords = fc
    .tuple(word, word)
    .map(([one, two]) => fromHex(`0x${wordOf(32)}${wordOf(64)}${one.slice(2)}${two.slice(2)}`))
  const data = fc.oneof(oneWord, twoWords, fc.uint8Array({ maxLength: 200 }))
  const property = fc.property(fc.nat({ max: 9 }), data, (type, bytes) => {
    const given = log(updateEvent, [zero, updateType(type)], bytes)
    const { config, ignored } = updateSystemConfig(testSystemConfig, [given], rules)
    assert.ok(ignored.length === 0 || config === testSystemConfig)
  })
  fc.assert(property, runs)
})

// Rules: config-update-order
test('updates apply in order, and an invalid update does not affect the other updates', () => {
  const limit = (gas: number) =>
    log(updateEvent, [zero, updateType(2)], fromHex(`0x${wordOf(32)}${wordOf(32)}${wordOf(gas)}`))
  const wrong = log(updateEvent, [zero, updateType(99)], new Uint8Array())
  const { config, ignored } = updateSystemConfig(
    testSystemConfig,
    [limit(1), wrong, limit(2)],
    rules,
  )
  assert.equal(config.gasLimit, 2n)
  assert.deepEqual(ignored, [{ logIndex: 7, reason: 'type' }])
})

// Rules: config-update-types
test('an update with a number that has more bits than its field is ignored', () => {
  const accepted = (type: number, hex: string) =>
    updateSystemConfig(
      testSystemConfig,
      [
        log(
          updateEvent,
          [zero, updateType(type)],
          fromHex(`0x${wordOf(32)}${wordOf(32)}${hex.padStart(64, '0')}`),
        ),
      ],
      rules,
    ).ignored.length === 0
  for (const [type, digits] of [
    [0, 40],
    [2, 16],
    [6, 16],
    [7, 4],
  ] as const) {
    assert.ok(accepted(type, 'f'.repeat(digits)))
    assert.ok(!accepted(type, `1${'0'.repeat(digits)}`))
  }
})
