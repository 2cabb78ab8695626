import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BuiltFlashblock } from '#messages/built-flashblock.ts'
import { hashPayload } from '#protocol/block/payload-hash.ts'
import { fromHex, toBytes8 } from '#protocol/codec/hex.ts'
import { type Flashblock, notComputed } from '#protocol/flashblock/flashblock.ts'
import { sleep } from '#runtime/clock.ts'
import { assembled, FlashblockWorld, usersOf } from '#test/fakes/flashblock-world.ts'
import { filledHash, userTransaction } from '#test/fakes/flashblocks.ts'

/** A leader that has published a number of indices, each with one transaction of a user but index 0. */
async function leaderWith(indices: number): Promise<FlashblockWorld> {
  const leader = await FlashblockWorld.start()
  await leader.build()
  await leader.pass(100)
  for (let index = 1; index < indices; index++) {
    leader.receive(1)
    await leader.pass(500)
  }
  assert.equal(leader.published.length, indices)
  return leader
}

/** A standby that has received the flashblocks of a leader. */
async function standbyOf(published: readonly BuiltFlashblock[]): Promise<FlashblockWorld> {
  const standby = await FlashblockWorld.start()
  for (const each of published) await standby.receiveFlashblock(each)
  return standby
}

const outcomes = ({ checked }: FlashblockWorld) =>
  checked.map(({ outcome }) => (outcome.kind === 'refused' ? outcome.reason : outcome.kind))

const withDiff = (each: BuiltFlashblock, diff: Partial<Flashblock['diff']>): BuiltFlashblock => ({
  ...each,
  flashblock: { ...each.flashblock, diff: { ...each.flashblock.diff, ...diff } },
})

for (const indices of [1, 2, 3])
  test(`a standby that received ${indices} flashblocks goes on at index ${indices}, under the same payload id, and keeps every transaction`, async () => {
    const leader = await leaderWith(indices)
    const standby = await standbyOf(leader.published)
    assert.deepEqual(
      outcomes(standby),
      leader.published.map(() => 'executed'),
    )
    const prefix = await standby.prefix()
    assert.equal(prefix?.index, indices - 1)
    const { payloadId } = leader.published[0]?.flashblock ?? assert.fail()
    assert.equal(prefix?.payloadId, payloadId)
    const continues = await standby.build({}, { continues: prefix?.payloadId })
    assert.equal(continues, payloadId)
    standby.client.pool = standby.users.slice(0, indices + 1)
    await standby.pass(700)
    // The newest index of the leader is published again, in case the leader died before it published it.
    const [again, ...further] = standby.published
    assert.deepEqual(again, leader.published.at(-1))
    const all = assembled([...leader.published, ...further])
    assert.ok(all.length > indices)
    const sealed = await standby.seal(payloadId)
    assert.deepEqual(sealed, all.payload())
    assert.deepEqual(usersOf(sealed), standby.users.slice(0, indices + 1))
    await standby.insert(sealed)
  })

test('a leader that leads again goes on from what the leader between has published', async () => {
  const leader = await leaderWith(2)
  const between = await standbyOf(leader.published.slice(0, 1))
  const continues = (await between.prefix())?.payloadId
  await between.build({}, { continues, epoch: 6n })
  between.receive(2)
  await between.pass(700)
  const further = between.published.slice(1)
  assert.ok(further.length > 0)
  for (const each of further) await leader.receiveFlashblock(each, 6n)
  assert.deepEqual(
    outcomes(leader),
    further.map(() => 'executed'),
  )
  await leader.pass(500)
  assert.equal(leader.published.length, 2)
  const payloadId = await leader.build({}, { continues, epoch: 7n })
  const sealed = await leader.seal(payloadId)
  assert.deepEqual(usersOf(sealed), leader.users.slice(0, 2))
  await leader.insert(sealed)
})

test('a new leader makes its first index at once, and then goes on with the times of the block', async () => {
  const leader = await leaderWith(2)
  const standby = await standbyOf(leader.published)
  const continues = (await standby.prefix())?.payloadId
  await standby.build({}, { continues, epoch: 6n })
  standby.receive(3)
  const indices = () => standby.published.map(({ flashblock }) => flashblock.index)
  await standby.pass(70)
  assert.deepEqual(indices(), [1, 2])
  await standby.pass(70)
  assert.deepEqual(indices(), [1, 2])
})

test('flashblocks that came before their parent are kept, and executed with it', async () => {
  const leader = await leaderWith(2)
  const standby = await FlashblockWorld.start({ hasParent: false })
  for (const each of leader.published) await standby.receiveFlashblock(each)
  assert.deepEqual(outcomes(standby), ['stored', 'stored'])
  await standby.insert(standby.parent)
  await standby.pass(50)
  assert.deepEqual(outcomes(standby), ['stored', 'stored', 'executed'])
  const prefix = await standby.prefix()
  assert.equal(prefix?.index, 1)
})

/** A standby whose execution client takes long for index 1, and gets index 2 meanwhile. */
async function busyStandbyOf(published: readonly BuiltFlashblock[], answer?: object) {
  const [first, second, third] = published
  assert.ok(first && second && third)
  const standby = await standbyOf([first])
  standby.client.intercept = async ({ method }) => {
    if (!method.startsWith('engine_newPayload')) return undefined
    standby.client.intercept = () => undefined
    await sleep(standby.bus.clock, 300)
    return answer
  }
  for (const each of [second, third]) await standby.receiveFlashblock(each)
  return standby
}

test('a new leader finds also the flashblocks that wait for the check of an earlier one', async () => {
  const { published } = await leaderWith(3)
  const standby = await busyStandbyOf(published)
  assert.equal((await standby.prefix())?.index, 2)
  await standby.pass(400)
  assert.deepEqual(outcomes(standby), ['executed', 'executed', 'executed'])
})

test('a new leader takes over also the flashblocks that wait for the check of an earlier one', async () => {
  const { published } = await leaderWith(3)
  const standby = await busyStandbyOf(published)
  const payloadId = await standby.build()
  assert.equal(payloadId, published[0]?.flashblock.payloadId)
  assert.deepEqual(await standby.seal(payloadId), assembled(published).payload())
})

test('if a flashblock turns out to be bad, the one that replaced it meanwhile stays', async () => {
  const { published } = await leaderWith(3)
  const bad = { status: 'INVALID', latestValidHash: null, validationError: 'bad' }
  const standby = await busyStandbyOf(published, bad)
  const newLeader = await FlashblockWorld.start()
  await newLeader.build()
  newLeader.receive(2)
  await newLeader.pass(600)
  const [, replacing] = newLeader.published
  assert.ok(replacing)
  await standby.receiveFlashblock(replacing, 6n)
  assert.equal((await standby.prefix())?.epoch, 6n)
  await standby.pass(400)
  const prefix = await standby.prefix()
  assert.deepEqual([prefix?.index, prefix?.epoch, outcomes(standby).at(-1)], [1, 6n, 'executed'])
})

test('shortly before the end of the slot, the received block is sealed as it is', async () => {
  const leader = await leaderWith(3)
  const standby = await standbyOf(leader.published)
  await standby.pass(1_700 - 150)
  const prefix = await standby.prefix()
  standby.client.pool = standby.users
  const payloadId = await standby.build({}, { continues: prefix?.payloadId })
  await standby.pass(200)
  assert.deepEqual(standby.published, leader.published.slice(-1))
  assert.deepEqual(await standby.seal(payloadId), assembled(leader.published).payload())
})

test('a prefix whose choices are not allowed is dropped, and the block is built from the start', async () => {
  const leader = await leaderWith(2)
  const standby = await standbyOf(leader.published)
  const prefix = await standby.prefix()
  const prevRandao = filledHash(7)
  const payloadId = await standby.build({ prevRandao }, { continues: prefix?.payloadId })
  assert.notEqual(payloadId, prefix?.payloadId)
  await standby.pass(200)
  assert.deepEqual(usersOf(await standby.seal(payloadId)), [])
})

test('received flashblocks survive a kill of the engine, and of the execution client', async () => {
  const leader = await leaderWith(3)
  const standby = await standbyOf(leader.published)
  await standby.restartEngine()
  standby.client.restart()
  const prefix = await standby.prefix()
  assert.equal(prefix?.index, 2)
  const payloadId = await standby.build({}, { continues: prefix?.payloadId })
  const sealed = await standby.seal(payloadId)
  assert.deepEqual(sealed, assembled(leader.published).payload())
  await standby.insert(sealed)
})

test('an execution client that lost the received flashblocks gets them again', async () => {
  const leader = await leaderWith(3)
  for (const leftMs of [1_700, 150]) {
    const standby = await standbyOf(leader.published)
    await standby.pass(1_700 - leftMs)
    await standby.restartClient()
    const payloadId = await standby.build({}, { continues: (await standby.prefix())?.payloadId })
    await standby.pass(100)
    const sealed = await standby.seal(payloadId)
    assert.deepEqual(sealed, assembled(leader.published).payload())
    await standby.insert(sealed)
  }
})

test("a leader's own flashblocks survive a kill of its engine: it goes on at the next index", async () => {
  const leader = await leaderWith(2)
  const before = [...leader.published]
  await leader.restartEngine()
  const prefix = await leader.prefix()
  assert.equal(prefix?.index, 1)
  const payloadId = await leader.build({}, { continues: prefix?.payloadId })
  const sealed = await leader.seal(payloadId)
  assert.deepEqual(sealed, assembled(before).payload())
  await leader.insert(sealed)
})

test('a flashblock that is repeated changes nothing; bad ones are refused by name, and good ones can follow', async () => {
  const leader = await leaderWith(3)
  const [first, second, third] = leader.published
  if (!first || !second || !third) throw new Error('no flashblocks')
  const standby = await standbyOf([first, first])
  await standby.receiveFlashblock(third)
  await standby.receiveFlashblock(withDiff(second, { blockHash: filledHash(9) }))
  await standby.receiveFlashblock(withDiff(first, { blockHash: filledHash(9) }))
  await standby.receiveFlashblock({ ...first, number: first.number + 9n })
  await standby.receiveFlashblock(second)
  await standby.receiveFlashblock(third)
  assert.deepEqual(outcomes(standby), [
    'executed',
    'executed',
    'index-gap',
    'wrong-block-hash',
    'contradicts-itself',
    'block-too-new',
    'executed',
    'executed',
  ])
  const prefix = await standby.prefix()
  assert.equal(prefix?.index, 2)
})

test('a flashblock that the execution client refuses is dropped, and the right one can follow', async () => {
  const leader = await leaderWith(2)
  const [first, second] = leader.published
  if (!first || !second) throw new Error('no flashblocks')
  const standby = await standbyOf([first])
  const lying = withRightHash(
    first,
    withDiff(second, { gasUsed: second.flashblock.diff.gasUsed + 1n }),
  )
  await standby.receiveFlashblock(lying)
  await standby.receiveFlashblock(second)
  const [one, two, three] = outcomes(standby)
  assert.equal(one, 'executed')
  assert.match(two ?? '', /gas/)
  assert.equal(three, 'executed')
})

test('a bad flashblock that comes together with a good one costs only itself', async () => {
  const leader = await leaderWith(3)
  const [first, second, third] = leader.published
  if (!first || !second || !third) throw new Error('no flashblocks')
  const standby = await standbyOf([first])
  const changed = withDiff(third, { gasUsed: third.flashblock.diff.gasUsed + 1n })
  await standby.receiveTogether([second, withRightHash(first, second, changed)])
  const [, ...further] = standby.checked
  assert.deepEqual(
    further.map(({ index, outcome }) => [index, outcome.kind]),
    [
      [1, 'executed'],
      [2, 'refused'],
    ],
  )
  await standby.receiveFlashblock(third)
  assert.equal(outcomes(standby).at(-1), 'executed')
})

/** A flashblock of a builder that computes no roots. */
const withoutRoots = (each: BuiltFlashblock): BuiltFlashblock =>
  withDiff(each, { stateRoot: notComputed, withdrawalsRoot: notComputed, blockHash: notComputed })

const otherId = toBytes8(fromHex('0x0300000000000001'))

test('a flashblock of a bad hash, on another parent or with a base too many changes no head, and is counted', async () => {
  const leader = await leaderWith(2)
  const [first, second] = leader.published
  if (!first || !second) throw new Error('no flashblocks')
  const standby = await standbyOf([first])
  const { heads } = standby
  const { base = assert.fail(), ...rest } = first.flashblock
  const onOther = { ...first, flashblock: { ...rest, payloadId: otherId } }
  const orphan = { ...base, parentHash: filledHash(7) }
  const tooMany = { ...second, flashblock: { ...second.flashblock, base } }
  const cases: readonly (readonly [BuiltFlashblock, string])[] = [
    [withDiff(second, { blockHash: filledHash(9) }), 'wrong-block-hash'],
    [withRightHash({ ...onOther, flashblock: { ...onOther.flashblock, base: orphan } }), 'stored'],
    [tooMany, 'unexpected-base'],
    [withoutRoots(second), 'executed'],
  ]
  for (const [bad] of cases) await standby.receiveFlashblock(bad)
  assert.deepEqual(outcomes(standby), ['executed', ...cases.map(([, outcome]) => outcome)])
  assert.deepEqual(standby.heads, heads)
  const counter = standby.registry.getSingleMetric('atoll_engine_flashblocks_checked_total')
  const values = (await counter?.get())?.values ?? []
  assert.deepEqual(
    Object.fromEntries(values.map(({ labels, value }) => [labels['outcome'], value])),
    { executed: 2, refused: 2, stored: 1 },
  )
})

for (const [leftMs, users] of [
  [1_700, 3],
  [150, 2],
] as const)
  test(`flashblocks without state root are executed again ${leftMs} ms before the end of the slot, and never sealed as they are`, async () => {
    const leader = await leaderWith(3)
    const standby = await standbyOf(leader.published.map(withoutRoots))
    assert.deepEqual(outcomes(standby), ['executed', 'executed', 'executed'])
    await standby.pass(1_700 - leftMs)
    const continues = (await standby.prefix())?.payloadId
    const payloadId = await standby.build({}, { continues })
    assert.equal(payloadId, continues)
    standby.client.pool = standby.users.slice(0, users)
    await standby.pass(leftMs / 2)
    assert.equal(standby.published[1]?.flashblock.index, 3)
    const sealed = await standby.seal(payloadId)
    assert.deepEqual(usersOf(sealed), leader.users.slice(0, users))
    await standby.insert(sealed)
  })

test('flashblocks without state root are executed, and the engine names the hashes of their blocks', async () => {
  const leader = await leaderWith(3)
  const standby = await standbyOf(leader.published.map(withoutRoots))
  assert.deepEqual(outcomes(standby), ['executed', 'executed', 'executed'])
  const hashes = leader.published.map(({ flashblock }) => flashblock.diff.blockHash)
  assert.deepEqual(
    standby.checked.map(({ blockHash }) => blockHash),
    hashes,
  )
  for (const hash of hashes) assert.ok(standby.client.chain.find(hash), hash)
})

test('flashblocks of a public stream are executed, and never taken over', async () => {
  const leader = await leaderWith(3)
  const standby = await FlashblockWorld.start()
  for (const each of leader.published) await standby.receiveFromStream(each)
  assert.deepEqual(outcomes(standby), ['executed', 'executed', 'executed'])
  assert.equal(await standby.prefix(), undefined)
  const sealed = await standby.seal(await standby.build())
  assert.deepEqual(usersOf(sealed), [])
  await standby.insert(sealed)
})

test('flashblocks of streams do not count for the limit on sequences of builders', async () => {
  const [first = assert.fail()] = (await leaderWith(1)).published
  const standby = await FlashblockWorld.start()
  for (let id = 1; id <= 5; id++) {
    const payloadId = toBytes8(fromHex(`0x030000000000000${id}`))
    await standby.receiveFromStream({ ...first, flashblock: { ...first.flashblock, payloadId } })
  }
  await standby.receiveFlashblock(first)
  assert.deepEqual(outcomes(standby).slice(4), ['too-many-sequences', 'executed'])
})

test('a transaction that cannot be decoded makes a flashblock without state root invalid', async () => {
  const [first, second] = (await leaderWith(2)).published
  if (!first || !second) throw new Error('no flashblocks')
  const malformed = withDiff(second, { transactions: [Uint8Array.of(2, 0xff)] })
  const standby = await standbyOf([first, malformed, second].map(withoutRoots))
  const [, refused, right] = outcomes(standby)
  assert.match(refused ?? '', /^a transaction is malformed/)
  assert.equal(right, 'executed')
})

test('flashblocks without state root whose transactions do not execute, or have other receipts, are refused', async () => {
  const [first, second] = (await leaderWith(2)).published
  if (!first || !second) throw new Error('no flashblocks')
  const lying = withDiff(second, { transactions: [userTransaction(1)] })
  const unlike = withDiff(second, { receiptsRoot: filledHash(3) })
  const standby = await standbyOf([first, lying, unlike].map(withoutRoots))
  assert.equal(outcomes(standby)[0], 'executed')
  assert.match(outcomes(standby)[2] ?? '', /^receiptsRoot is 0x03/)
  assert.deepEqual((await standby.prefix())?.index, 0)
  const continues = (await standby.prefix())?.payloadId
  const sealed = await standby.seal(await standby.build({}, { continues }))
  assert.deepEqual(usersOf(sealed), [])
  await standby.insert(sealed)
})

/** The flashblock with the block hash that its fields have. */
function withRightHash(...flashblocks: readonly BuiltFlashblock[]): BuiltFlashblock {
  const payload = assembled(flashblocks).payload() ?? assert.fail()
  return withDiff(flashblocks.at(-1) ?? assert.fail(), { blockHash: hashPayload(payload) })
}
