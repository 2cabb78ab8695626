import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex } from '#protocol/codec/hex.ts'
import type { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import { attributesOn, createStore, deposit, openChain } from '#test/fakes/execution-chain.ts'
import {
  type Built,
  EngineClient,
  type Envelope,
  noBlock,
  resealed,
} from '#test/fakes/engine-client.ts'
import { toQuantity } from '#json-rpc/forms/fields.ts'
import type { FillBlock } from './payload-builds.ts'
import { maxInvalidBlocks } from './invalid-blocks.ts'

const open = (fill?: FillBlock) => new EngineClient(openChain(), fill && { fill })

/** Attributes for a block on the head, in JSON. */
function attributes({ chain }: EngineClient, changes: Readonly<Record<string, unknown>> = {}) {
  const on = attributesOn(chain.head, [])
  return {
    timestamp: toQuantity(on.timestamp),
    prevRandao: on.prevRandao,
    suggestedFeeRecipient: on.suggestedFeeRecipient,
    withdrawals: [],
    parentBeaconBlockRoot: on.parentBeaconBlockRoot,
    transactions: [toHex(createStore(1))],
    noTxPool: true,
    gasLimit: toQuantity(on.gasLimit),
    eip1559Params: on.eip1559Params,
    minBaseFee: 0,
    ...changes,
  }
}

const update = ({ chain }: EngineClient, changes: Readonly<Record<string, unknown>> = {}) => ({
  headBlockHash: chain.head.hash,
  safeBlockHash: noBlock,
  finalizedBlockHash: noBlock,
  ...changes,
})

/** Starts a block that may have pool transactions. */
const start = (client: EngineClient) =>
  client.call<Built>('forkchoiceUpdatedV3', update(client), attributes(client, { noTxPool: false }))

/** Builds the next block. */
async function build(
  client: EngineClient,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<Envelope> {
  const started = await client.call<Built>(
    'forkchoiceUpdatedV3',
    update(client),
    attributes(client, changes),
  )
  assert.equal(started.payloadStatus.status, 'VALID')
  return client.call<Envelope>('getPayloadV5', started.payloadId)
}

for (const { what, version = 3, changes, code, message } of [
  {
    what: 'no withdrawals',
    changes: { withdrawals: null },
    code: -38_003,
    message: 'missing withdrawals',
  },
  {
    what: 'no beacon root',
    changes: { parentBeaconBlockRoot: null },
    code: -38_003,
    message: 'missing beacon root',
  },
  {
    what: 'no gas limit',
    changes: { gasLimit: null },
    code: -38_003,
    message: 'gasLimit parameter is required',
  },
  {
    what: 'withdrawals',
    changes: { withdrawals: [{}] },
    code: -38_003,
    message: 'non-empty withdrawals',
  },
  {
    what: 'no EIP-1559 parameters',
    changes: { eip1559Params: null },
    code: -38_003,
    message: '8 bytes',
  },
  {
    what: 'a denominator of 0',
    changes: { eip1559Params: '0x0000000000000006' },
    code: -38_003,
    message: '0 denominator',
  },
  {
    what: 'an elasticity of 0',
    changes: { eip1559Params: '0x000000fa00000000' },
    code: -38_003,
    message: '0 elasticity',
  },
  {
    what: 'no minimum base fee',
    changes: { minBaseFee: null },
    code: -38_003,
    message: 'missing minBaseFee',
  },
  {
    what: 'the time of the parent',
    changes: { timestamp: '0x0' },
    code: -38_003,
    message: 'invalid timestamp',
  },
  { what: 'malformed transaction bytes', changes: { transactions: ['0x7e00'] }, code: -38_003 },
  {
    what: 'a transaction of no known type',
    changes: { transactions: ['0x7d00'] },
    code: -38_003,
    message: 'not supported',
  },
  {
    what: 'a time that is not a number',
    changes: { timestamp: 'soon' },
    code: -32_602,
    message: 'timestamp',
  },
  {
    what: 'a beacon root in V2',
    version: 2,
    changes: {},
    code: -38_003,
    message: 'unexpected beacon root',
  },
  {
    what: 'the call version of an earlier fork',
    version: 2,
    changes: { parentBeaconBlockRoot: null },
    code: -38_005,
  },
  {
    what: 'withdrawals and a beacon root in V1',
    version: 1,
    changes: {},
    code: -32_602,
    message: 'not supported in V1',
  },
])
  test(`attributes with ${what} are refused with ${code}`, async () => {
    const client = open()
    const call = client.call(
      `forkchoiceUpdatedV${version}`,
      update(client),
      attributes(client, changes),
    )
    await assert.rejects(call, (error: JsonRpcError) => {
      assert.equal(error.code, code)
      assert.match(`${error.message} ${JSON.stringify(error.data)}`, new RegExp(message ?? ''))
      return true
    })
  })

test('a block is built, imported, and set as head', async () => {
  const client = open()
  const envelope = await build(client)
  const { blockHash } = envelope.executionPayload
  assert.equal((await client.import(envelope)).status, 'VALID')
  assert.equal(client.chain.head.header.number, 0n)
  assert.equal(
    (await client.choose(blockHash, { safe: blockHash })).payloadStatus.latestValidHash,
    blockHash,
  )
  assert.equal(client.chain.safe?.hash, blockHash)
  assert.equal((await client.import(envelope)).status, 'VALID', 'a second time')
})

test('an unknown head is answered with SYNCING, and the zero hash with INVALID', async () => {
  const client = open()
  const unknown = `0x${'ab'.repeat(32)}`
  assert.equal((await client.choose(unknown)).payloadStatus.status, 'SYNCING')
  assert.equal((await client.choose(noBlock)).payloadStatus.status, 'INVALID')
})

test('a safe or finalized block that is not an ancestor of the head is refused with -38002, and the head does not change', async () => {
  const client = open()
  const first = await build(client)
  await client.import(first)
  const other = await build(client, { transactions: [toHex(deposit(7, {}))] })
  await client.import(other)
  const head = client.chain.head.hash
  for (const bad of [`0x${'ab'.repeat(32)}`, other.executionPayload.blockHash])
    for (const name of ['safe', 'finalized'])
      await assert.rejects(client.choose(first.executionPayload.blockHash, { [name]: bad }), {
        code: -38_002,
      })
  assert.equal(client.chain.head.hash, head)
})

test('a payload with an unknown parent is answered with SYNCING', async () => {
  const [builder, client] = [open(), open()]
  const first = await build(builder)
  await builder.import(first)
  await builder.choose(first.executionPayload.blockHash)
  const second = await build(builder)
  assert.equal((await client.import(second)).status, 'SYNCING')
  await client.import(first)
  assert.equal((await client.import(second)).status, 'VALID')
})

for (const [what, changes] of [
  ['state root', { stateRoot: `0x${'11'.repeat(32)}` }],
  ['receipts root', { receiptsRoot: `0x${'11'.repeat(32)}` }],
  ['bloom', { logsBloom: `0x${'11'.repeat(256)}` }],
  ['gas', { gasUsed: '0x1' }],
  ['base fee', { baseFeePerGas: '0x7' }],
  ['DA footprint', { blobGasUsed: '0x1' }],
  ['excess of blob gas', { excessBlobGas: '0x1' }],
  ['withdrawals root', { withdrawalsRoot: `0x${'11'.repeat(32)}` }],
  ['number', { blockNumber: '0x2' }],
  ['time', { timestamp: '0x0' }],
  ['transaction', { transactions: ['0x7e00'] }],
  ['gas limit (below the forced transactions)', { gasLimit: '0x1388' }],
  ['elasticity (above the gas limit)', { extraData: '0x01000000faffffffff0000000000000000' }],
] as const)
  test(`a payload with a wrong ${what} is invalid, and so are its descendants, but not its ancestors`, async () => {
    const client = open()
    const parent = client.chain.head.hash
    const bad = resealed(await build(client), changes)
    const { blockHash } = bad.executionPayload
    const status = await client.import(bad)
    assert.deepEqual([status.status, status.latestValidHash], ['INVALID', parent])
    assert.ok((status.validationError ?? '').length > 0)
    const child = resealed(bad, { parentHash: blockHash, blockNumber: '0x2', timestamp: '0x10' })
    const above = await client.import(child)
    assert.deepEqual([above.status, above.latestValidHash], ['INVALID', parent])
    const chosen = await client.choose(blockHash)
    assert.deepEqual(
      [chosen.payloadStatus.status, chosen.payloadStatus.latestValidHash],
      ['INVALID', parent],
    )
    assert.equal(client.chain.head.hash, parent)
  })

for (const [what, changes] of [
  ['a wrong block hash', { blockHash: `0x${'11'.repeat(32)}` }],
  ['extra data of another fork', { extraData: '0x00000000fa00000006' }],
  ['extra data without a denominator', { extraData: '0x0100000000000000060000000000000000' }],
  ['extra data without an elasticity', { extraData: '0x01000000fa000000000000000000000000' }],
  ['a gas limit above the maximum of geth', { gasLimit: `0x${(2n ** 63n).toString(16)}` }],
  ['a bloom that is too short', { logsBloom: '0x00' }],
  ['withdrawals', { withdrawals: [{}] }],
] as const)
  test(`a payload with ${what} is invalid, with latestValidHash null`, async () => {
    const client = open()
    const { executionPayload, ...rest } = await build(client)
    const bad = { ...rest, executionPayload: { ...executionPayload, ...changes } }
    const status = await client.import(bad)
    assert.deepEqual([status.status, status.latestValidHash], ['INVALID', null])
  })

test('newPayload is refused if a parameter other than the payload is missing or wrong', async () => {
  const client = open()
  const { executionPayload, parentBeaconBlockRoot } = await build(client)
  const refused = (version: number, ...extras: readonly unknown[]) =>
    assert.rejects(client.call(`newPayloadV${version}`, executionPayload, ...extras), {
      code: -32_602,
    })
  await refused(4)
  await refused(4, [])
  await refused(4, [], parentBeaconBlockRoot)
  await refused(4, [noBlock], parentBeaconBlockRoot, [])
  await refused(4, [], parentBeaconBlockRoot, ['0x00'])
  await refused(2)
  await refused(1)
  await assert.rejects(client.call('newPayloadV3', executionPayload, [], parentBeaconBlockRoot), {
    code: -38_005,
  })
})

test('a payload can be fetched only by a known id, and only by a method version that the fork of the payload allows', async () => {
  const client = open()
  await assert.rejects(client.call('getPayloadV5', '0x0300000000000000'), { code: -38_001 })
  await assert.rejects(client.call('getPayloadV5', 'what'), { code: -32_602 })
  const { payloadId } = await client.call<Built>(
    'forkchoiceUpdatedV3',
    update(client),
    attributes(client),
  )
  await assert.rejects(client.call('getPayloadV3', payloadId), { code: -38_005 })
  await client.call('getPayloadV4', payloadId)
  const first = await client.call<Envelope>('getPayloadV5', payloadId)
  assert.deepEqual(await client.call('getPayloadV5', payloadId), first)
})

for (const { what, fills, added } of [
  { what: 'the transactions added until then', fills: [2], added: 2 },
  { what: 'only the forced transactions if no other was added yet', fills: [0], added: 0 },
  {
    what: 'the transactions of an earlier attempt, if these are more',
    fills: ['2 and ends', 1],
    added: 2,
  },
  {
    what: 'the transactions of the last attempt, if these are more',
    fills: ['1 and ends', 3],
    added: 3,
  },
])
  test(`a block that is fetched while it is being filled contains ${what}`, async () => {
    let attempt = 0
    const { promise: isFilling, resolve } = Promise.withResolvers<void>()
    const fill: FillBlock = async ({ execution }, signal) => {
      const wanted = String(fills[attempt++])
      for (let at = 0; at < Number.parseInt(wanted, 10); at++)
        await execution.execute(deposit(50 + at, {}))
      if (wanted.endsWith('ends')) return 'filled'
      resolve()
      await new Promise((ended) => signal.addEventListener('abort', ended, { once: true }))
      return 'filled'
    }
    const client = open(fill)
    const started = await start(client)
    await isFilling
    const early = await client.call<Envelope>('getPayloadV5', started.payloadId)
    assert.equal((early.executionPayload['transactions'] as string[]).length, 1 + added)
    assert.deepEqual(await client.call('getPayloadV5', started.payloadId), early)
    assert.equal((await client.import(early)).status, 'VALID')
  })

test('a getPayload call in the version of another fork does not end a build', async () => {
  const { promise: isFilling, resolve } = Promise.withResolvers<void>()
  const { promise: goesOn, resolve: goOn } = Promise.withResolvers<void>()
  const client = open(async ({ execution }, signal) => {
    resolve()
    await goesOn
    if (!signal.aborted) await execution.execute(deposit(50, {}))
    return 'filled'
  })
  const { payloadId } = await start(client)
  await isFilling
  const refused = client.call('getPayloadV3', payloadId)
  goOn()
  await assert.rejects(refused, { code: -38_005 })
  await new Promise(setImmediate)
  const { executionPayload } = await client.call<Envelope>('getPayloadV5', payloadId)
  assert.equal((executionPayload['transactions'] as string[]).length, 2)
})

test('if a pool transaction breaks a block that is being built, the block is built again', async () => {
  let attempt = 0
  const { promise: isFilled, resolve } = Promise.withResolvers<void>()
  const client = open(async ({ execution }) => {
    await execution.execute(deposit(50 + attempt, {}))
    if (attempt++ === 0) return 'broken'
    resolve()
    return 'filled'
  })
  const { payloadId } = await start(client)
  await isFilled
  const { executionPayload } = await client.call<Envelope>('getPayloadV5', payloadId)
  assert.deepEqual(executionPayload['transactions'], [createStore(1), deposit(51, {})].map(toHex))
})

test('above the limit on remembered invalid blocks, the oldest invalid block is forgotten', async () => {
  const client = open()
  const good = await build(client)
  const bad = (at: number) =>
    resealed(good, { stateRoot: `0x${at.toString(16).padStart(64, '0')}` })
  for (let at = 0; at < maxInvalidBlocks; at++) await client.import(bad(at))
  const first = bad(0).executionPayload.blockHash
  assert.equal((await client.choose(first)).payloadStatus.status, 'INVALID')
  await client.import(bad(maxInvalidBlocks))
  assert.equal((await client.choose(first)).payloadStatus.status, 'SYNCING')
})
