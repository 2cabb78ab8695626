import assert from 'node:assert/strict'
import { test } from 'node:test'
import { privateKeyToAccount } from 'viem/accounts'
import type { BuiltFlashblock } from '#messages/built-flashblock.ts'
import type { Payload } from '#protocol/block/payload.ts'
import { fromHex, toAddress, toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { checkBlockHash } from '#protocol/flashblock/assembly.ts'
import { areSameBytes } from '#protocol/codec/same-bytes.ts'
import { decodeDeposit, type Deposit, encodeDeposit } from '#protocol/transaction/deposit.ts'
import { decodeTransaction } from '#protocol/transaction/transaction.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { JsonRpcCall } from '#json-rpc/json-rpc-client.ts'
import { assembled, attributesOf, FlashblockWorld, usersOf } from '#test/fakes/flashblock-world.ts'

/** Number of user transactions of each flashblock. */
const counts = (published: readonly BuiltFlashblock[]) =>
  published.map(({ flashblock }) => flashblock.diff.transactions.length)

const isGetPayload = ({ method }: JsonRpcCall) => method.startsWith('engine_getPayload')

test('index 0 is published at once with the deposits, each further index with the new transactions, and the sealed block has them all', async () => {
  const world = await FlashblockWorld.start()
  const payloadId = await world.build()
  await world.pass(100)
  assert.deepEqual(counts(world.published), [attributesOf(world.block).transactions.length])
  for (const count of [2, 0, 1]) {
    world.receive(count)
    await world.pass(500)
  }
  world.receive(1)
  await world.pass(300)
  assert.deepEqual(counts(world.published).slice(1), [2, 0, 1, 1])
  const sealed = await world.seal(payloadId)
  const assembly = assembled(world.published)
  assert.equal(assembly.payloadId, payloadId)
  assert.deepEqual(assembly.payload(), sealed)
  for (let index = 0; index < assembly.length; index++)
    assert.equal(checkBlockHash(assembly.payload(index) ?? assert.fail()), 'right')
  assert.deepEqual(usersOf(sealed), world.users.slice(0, 4))
  assert.deepEqual(await world.seal(payloadId), sealed)
  await world.insert(sealed)
  world.receive(1)
  await world.pass(1_000)
  assert.equal(world.published.length, 5)
})

test('a block that is sealed early has what was published, and no index follows', async () => {
  const world = await FlashblockWorld.start()
  const payloadId = await world.build()
  world.receive(2)
  await world.pass(600)
  world.receive(2)
  const sealed = await world.seal(payloadId)
  assert.deepEqual(usersOf(sealed), world.users.slice(0, 2))
  await world.pass(1_000)
  assert.deepEqual(assembled(world.published).payload(), sealed)
})

test('if a block is sealed while an index is made, this index is published and in the block', async () => {
  const world = await FlashblockWorld.start()
  const payloadId = await world.build()
  world.receive(2)
  const sealing = Promise.withResolvers<Payload>()
  world.client.intercept = (call) => {
    if (!isGetPayload(call) || world.published.length === 0) return undefined
    world.client.intercept = () => undefined
    world.seal(payloadId).then(sealing.resolve, sealing.reject)
    return undefined
  }
  await world.pass(600)
  const sealed = await sealing.promise
  assert.deepEqual(usersOf(sealed), world.users.slice(0, 2))
  assert.deepEqual(assembled(world.published).payload(), sealed)
})

test('without transactions of users, index 0 is the whole block', async () => {
  const world = await FlashblockWorld.start()
  const payloadId = await world.build({ noTxPool: true })
  world.receive(2)
  await world.pass(1_800)
  assert.equal(world.published.length, 1)
  assert.deepEqual(usersOf(await world.seal(payloadId)), [])
})

test('a build that the execution client forgot is started again, and no index is lost or doubled', async () => {
  const world = await FlashblockWorld.start()
  const payloadId = await world.build()
  world.receive(1)
  await world.pass(600)
  world.receive(2)
  await world.pass(100)
  world.client.restart()
  await world.pass(1_200)
  const assembly = assembled(world.published)
  assert.deepEqual(usersOf(assembly.payload() ?? assert.fail()), world.users.slice(0, 3))
  assert.deepEqual(await world.seal(payloadId), assembly.payload())
})

test('a proposal that does not go on from the published transactions is not published', async () => {
  const world = await FlashblockWorld.start()
  const payloadId = await world.build()
  world.receive(2)
  await world.pass(600)
  const before = world.published.length
  world.client.intercept = async (call) => {
    if (!isGetPayload(call)) return undefined
    world.client.intercept = () => undefined
    const answer = (await world.client.call(call.method, call.params)) as {
      readonly executionPayload: { readonly transactions: readonly string[] }
    }
    const { executionPayload } = answer
    const transactions = executionPayload.transactions.slice(0, -1)
    return { ...answer, executionPayload: { ...executionPayload, transactions } }
  }
  await world.pass(500)
  assert.equal(world.published.length, before)
  world.receive(1)
  await world.pass(500)
  assert.deepEqual(usersOf(await world.seal(payloadId)), world.users.slice(0, 3))
  assembled(world.published)
})

test('an execution client that fails for a time costs indices, but no block and no published transaction', async () => {
  const world = await FlashblockWorld.start()
  const payloadId = await world.build()
  world.receive(2)
  await world.pass(600)
  world.client.intercept = ({ method }) => {
    if (!method.startsWith('engine_')) return undefined
    throw new JsonRpcError(-32_000, 'out of order')
  }
  await world.pass(700)
  world.client.intercept = () => undefined
  world.receive(1)
  await world.pass(600)
  const sealed = await world.seal(payloadId)
  assert.deepEqual(assembled(world.published).payload(), sealed)
  assert.ok(usersOf(sealed).length >= 2)
  await world.insert(sealed)
})

/** The deposits of a block whose L1 attributes need little gas, and a further deposit. */
function depositsWith(block: Payload, further?: Partial<Deposit>): readonly Uint8Array[] {
  const [attributes] = attributesOf(block).transactions.map(decodeDeposit)
  const info = { ...(attributes ?? assert.fail()), gas: 100_000n }
  const sourceHash = toHash(keccak256(Uint8Array.of(1)))
  const other = { ...info, sourceHash, data: new Uint8Array(0), ...further }
  return (further === undefined ? [info] : [info, other]).map(encodeDeposit)
}

test('an index takes no more than its share of the gas, and what is left of a share goes to the next index', async () => {
  const world = await FlashblockWorld.start()
  const transactions = depositsWith(world.block)
  const payloadId = await world.build({ transactions, gasLimit: 800_000n })
  const [large = assert.fail()] = world.users
  assert.equal(decodeTransaction(large).gasLimit, 200_000n)
  world.receive(5)
  await world.pass(600)
  // Index 1 may use 200,000, with the deposits. So one transaction does not fit, nor one of the same sender after it.
  assert.deepEqual(counts(world.published), [1, 3])
  await world.pass(500)
  assert.deepEqual(counts(world.published), [1, 3, 2])
  await world.pass(700)
  const sealed = await world.seal(payloadId)
  assert.equal(sealed.gasLimit, 800_000n)
  assert.ok(usersOf(sealed).some((raw) => areSameBytes(raw, large)))
  assert.deepEqual(assembled(world.published).payload(), sealed)
  await world.insert(sealed)
})

test('a contract that reads the gas limit sees that of the block, although a build has less', async () => {
  const world = await FlashblockWorld.start()
  // Stores the gas limit: GASLIMIT, PUSH0, SSTORE.
  const data = Uint8Array.of(0x45, 0x5f, 0x55)
  const transactions = depositsWith(world.block, { to: undefined, data })
  const payloadId = await world.build({ transactions })
  world.receive(2)
  await world.pass(600)
  assert.deepEqual(counts(world.published), [2, 2])
  world.receive(1)
  await world.pass(500)
  const sealed = await world.seal(payloadId)
  assert.deepEqual(usersOf(sealed), world.users.slice(0, 3))
  assert.deepEqual(assembled(world.published).payload(), sealed)
  await world.insert(sealed)
})

test('contracts that need more gas with the gas limit of the block than with a budget do not keep transactions out', async () => {
  const world = await FlashblockWorld.start()
  const gasLimit = 2_000_000n
  const attacker = privateKeyToAccount(`0x${'33'.repeat(32)}`)
  const value = 10n ** 18n
  const to = toAddress(fromHex(attacker.address))
  const funds = { to, value, mint: value, gas: 21_000n }
  // Uses all of its gas if the gas limit is 2,000,000, and otherwise little.
  const code = '0x45621e848014600a57005bfe'
  const sign = (nonce: number) =>
    attacker.signTransaction({
      type: 'eip1559',
      chainId: Number(world.record.config.l2ChainId),
      nonce,
      gas: 600_000n,
      maxFeePerGas: 10n ** 10n,
      maxPriorityFeePerGas: 10n ** 9n,
      data: code,
    })
  const attacks = await Promise.all([0, 1, 2, 3, 4, 5].map(sign))
  const transactions = depositsWith(world.block, funds)
  const payloadId = await world.build({ transactions, gasLimit })
  world.client.pool = attacks.map((raw) => fromHex(raw))
  // The budget of index 1 has no room for one of them, and the block has no room for all that fit into that of index 2.
  await world.pass(1_100)
  assert.deepEqual(counts(world.published), [2, 0])
  await world.pass(500)
  assert.deepEqual(counts(world.published), [2, 0, 3])
  const sealed = await world.seal(payloadId)
  assert.deepEqual(assembled(world.published).payload(), sealed)
  await world.insert(sealed)
})
