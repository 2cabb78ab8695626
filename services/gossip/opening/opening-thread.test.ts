import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import type { Worker } from 'node:worker_threads'
import type { Payload } from '#protocol/block/payload.ts'
import { compress } from '#protocol/p2p/snappy-block.ts'
import { type PayloadVersion, payloadVersions } from '#protocol/p2p/payload-version.ts'
import { SeenBlocks } from '#protocol/p2p/seen-blocks.ts'
import {
  type BlockRules,
  type IgnoreReason,
  type RejectReason,
  validateBlock,
} from '#protocol/p2p/validate-block.ts'
import { blocksTopic } from '#protocol/p2p/topics.ts'
import { recoverPublicKey } from '#runtime/crypto/secp256k1.ts'
import { configOf, payloadOf, signedMessage, signerAddress } from '#test/fakes/block-messages.ts'
import { hash } from '#test/fakes/values.ts'
import { type OpenedMessage, openMessage } from './opened-message.ts'
import { maxQueuedBytes, type OpeningOptions, OpeningThread } from './opening-thread.ts'

const topic = blocksTopic(10n, 4)
const otherKey = new Uint8Array(32).fill(2)
const { timestamp: now } = payloadOf(4)

/** A thread that is closed when the test ends. */
function openThread(t: TestContext, options: Partial<OpeningOptions> = {}): OpeningThread {
  const thread = new OpeningThread({
    form: 'op-node',
    l2ChainId: 10n,
    isIgnored: () => false,
    onFailure: assert.ifError,
    ...options,
  })
  t.after(() => thread.close())
  return thread
}

/** The next thread that is started in this process. */
const nextThread = () => once(process, 'worker') as Promise<[Worker]>

/** Data of a message that is not signed and differs for each number. */
const dataOf = (number: number) => compress(new Uint8Array(1_000).fill(number))

/** Opens data of a peer. @returns the number of decompressed bytes, or the reason why the data was dropped */
async function open(
  thread: OpeningThread,
  peer: string,
  { data, bytes = data.length }: { readonly data: Uint8Array; readonly bytes?: number },
): Promise<number | string> {
  try {
    return (await thread.open({ peer, topic, data, bytes })).data.bytes.length
  } catch (error) {
    return (error as { reason: string }).reason
  }
}

/** A message, and the rules by which it is validated. */
interface Case {
  readonly data: Uint8Array
  readonly rules?: Partial<BlockRules>
  readonly version?: PayloadVersion
}

const blockOf = (changes: Partial<Payload>, key?: Uint8Array) =>
  compress(signedMessage(4, payloadOf(4, changes), key))

/** `count` accepted blocks of one height. The first of them is the block of `payloadOf`. */
function seenBlocks(count: number): SeenBlocks {
  const seen = new SeenBlocks()
  const { number, blockHash } = payloadOf(4)
  seen.add(number, blockHash)
  for (let other = 1; other < count; other++) seen.add(number, hash(other))
  return seen
}

/** A message for each outcome of the validation. */
const cases: Readonly<Record<'accept' | IgnoreReason | RejectReason, Case>> = {
  accept: { data: blockOf({}) },
  'signer-unknown': { data: blockOf({}), rules: { signers: undefined } },
  seen: { data: blockOf({}), rules: { seen: seenBlocks(1) } },
  'not-snappy': { data: Uint8Array.of(5, 1) },
  'too-large': { data: Uint8Array.of(0x81, 0x80, 0x80, 0x05) },
  'too-small': { data: compress(new Uint8Array(65)) },
  'bad-signature': { data: compress(new Uint8Array(66)) },
  'wrong-signer': { data: blockOf({}, otherKey) },
  malformed: { data: compress(signedMessage(3, payloadOf(3))) },
  'too-old': { data: blockOf({}), rules: { now: now + 61n } },
  'too-new': { data: blockOf({}), rules: { now: now - 6n } },
  'wrong-hash': { data: blockOf({ blockHash: hash(1) }) },
  'blob-gas-used': {
    data: compress(signedMessage(3, payloadOf(3, { blobGasUsed: 1n }))),
    rules: { config: configOf(3) },
    version: 3,
  },
  'excess-blob-gas': { data: blockOf({ excessBlobGas: 1n }) },
  'wrong-topic': { data: blockOf({ blobGasUsed: 0n }), rules: { config: configOf(3) } },
  'too-many-at-height': { data: blockOf({}), rules: { seen: seenBlocks(6) } },
}

function verdictOn({ data, checked }: OpenedMessage, { version = 4, rules }: Case) {
  return validateBlock(
    { version, data, checked },
    {
      config: configOf(version),
      signers: { current: signerAddress },
      now,
      maxAgeSeconds: 60n,
      seen: new SeenBlocks(),
      recover: recoverPublicKey,
      ...rules,
    },
  )
}

test('if the thread opens a message, the id and verdict are the same as on the main thread', async (t) => {
  const thread = openThread(t)
  for (const [outcome, each] of Object.entries(cases)) {
    const { data } = each
    const here = openMessage(topic, data, { form: 'op-node' })
    const there = await thread.open({ peer: 'a', topic, data, bytes: data.length })
    assert.deepEqual(there.id, here.id, outcome)
    assert.deepEqual(there.data, here.data, outcome)
    assert.equal(there.checked === undefined, here.data.kind === 'raw', outcome)
    assert.deepEqual(verdictOn(there, each), verdictOn(here, each), outcome)
    const verdict = verdictOn(there, each)
    assert.equal(verdict.kind === 'accept' ? 'accept' : verdict.reason, outcome)
  }
  for (const version of payloadVersions) {
    const payload = payloadOf(version)
    const data = compress(signedMessage(version, payload))
    const opened = await thread.open({ peer: 'a', topic, data, bytes: data.length })
    const verdict = verdictOn(opened, { data, version })
    assert.deepEqual(verdict, { kind: 'accept', payload, signer: signerAddress })
  }
})

test('the thread computes ids in the configured form, for each topic', async (t) => {
  const thread = openThread(t, { form: 'spec' })
  const data = dataOf(1)
  for (const version of payloadVersions) {
    const name = blocksTopic(10n, version)
    const { id } = await thread.open({ peer: 'a', topic: name, data, bytes: data.length })
    assert.deepEqual(id, openMessage(name, data, { form: 'spec' }).id)
    assert.notDeepEqual(id, openMessage(name, data, { form: 'op-node' }).id)
  }
})

test('the calling thread is not blocked, and the received data stays usable', async (t) => {
  const thread = openThread(t)
  // Like the data from gossipsub, this is a view of a larger Node Buffer.
  const data = Buffer.concat([
    compress(new Uint8Array(10 * 2 ** 20).fill(1)),
    new Uint8Array(9),
  ]).subarray(0, -9)
  const before = Uint8Array.from(data)
  let turns = 0
  const count = setInterval(() => turns++, 1)
  const opened = await Promise.all(['a', 'b'].map((peer) => open(thread, peer, { data })))
  clearInterval(count)
  assert.ok(turns > 10, String(turns))
  assert.deepEqual(opened, [10 * 2 ** 20, 10 * 2 ** 20])
  assert.deepEqual(Uint8Array.from(data), before)
})

test('if a peer sent many messages, a message of another peer waits for at most two of them', async (t) => {
  const thread = openThread(t)
  const order: string[] = []
  const noted = async (name: string, number: number) => {
    await open(thread, name.charAt(0), { data: dataOf(number) })
    order.push(name)
  }
  await Promise.all(['a1', 'a2', 'a3', 'a4', 'b1'].map(noted))
  assert.deepEqual(order, ['a1', 'a2', 'b1', 'a3', 'a4'])
})

test('at most 64 MiB wait; beyond that, the peer with the most bytes loses its newest message, and other peers have room', async (t) => {
  const thread = openThread(t)
  const quarter = maxQueuedBytes / 4
  // The first message does not wait.
  const first = open(thread, 'a', { data: dataOf(0), bytes: quarter })
  const waiting = [1, 2, 3, 4].map((number) =>
    open(thread, 'a', { data: dataOf(number), bytes: quarter }),
  )
  assert.equal(await open(thread, 'a', { data: dataOf(5), bytes: 1 }), 'busy')
  const other = open(thread, 'b', { data: dataOf(6), bytes: quarter })
  assert.equal(await waiting[3], 'busy')
  assert.deepEqual(await Promise.all([first, other, ...waiting]), [
    1_000,
    1_000,
    1_000,
    1_000,
    1_000,
    'busy',
  ])
  assert.equal(await open(thread, 'a', { data: dataOf(7), bytes: maxQueuedBytes }), 1_000)
})

test('waiting messages of a peer are dropped if the peer is ignored when their turn comes', async (t) => {
  const ignored = new Set<string>()
  const thread = openThread(t, { isIgnored: (peer) => ignored.has(peer) })
  const opening = [1, 2, 3].map((number) => open(thread, 'a', { data: dataOf(number) }))
  const other = open(thread, 'b', { data: dataOf(4) })
  ignored.add('a')
  assert.deepEqual(await Promise.all([...opening, other]), [1_000, 'busy', 'busy', 1_000])
})

test('copies of a message from several peers are opened once, unless the topics differ', async (t) => {
  const thread = openThread(t)
  const on = (name: string, peer: string, data = dataOf(1)) =>
    thread.open({ peer, topic: name, data, bytes: data.length })
  const otherTopic = blocksTopic(10n, 3)
  const [first, copy, different, elsewhere] = await Promise.all([
    on(topic, 'a'),
    on(topic, 'b'),
    on(topic, 'b', dataOf(2)),
    on(otherTopic, 'c'),
  ])
  assert.equal(copy, first)
  assert.notDeepEqual(different.id, first.id)
  assert.notDeepEqual(elsewhere.id, first.id)
})

test('when the thread ends by itself, its message is dropped, the failure is reported, and another thread opens the next messages', async (t) => {
  const failures: string[] = []
  const thread = openThread(t, { onFailure: ({ message }) => failures.push(message) })
  const opening = [1, 2].map((number) => open(thread, 'a', { data: dataOf(number) }))
  const [first] = await nextThread()
  const second = nextThread()
  await first.terminate()
  assert.deepEqual(await Promise.all(opening), ['failed', 1_000])
  assert.deepEqual(failures, ['the thread that opens messages ended'])
  // The worker throws on a request without bytes.
  const [worker] = await second
  worker.postMessage({ topic }, [])
  assert.equal(await open(thread, 'a', { data: dataOf(3) }), 'failed')
  assert.equal(failures.length, 2)
  assert.equal(await open(thread, 'a', { data: dataOf(4) }), 1_000)
})

test('a prepared thread opens the first message, and a closed thread does not start again', async (t) => {
  const thread = openThread(t)
  let started = 0
  const count = () => started++
  process.on('worker', count)
  t.after(() => process.off('worker', count))
  thread.prepare()
  thread.prepare()
  assert.equal(await open(thread, 'a', { data: dataOf(1) }), 1_000)
  await thread.close()
  thread.prepare()
  await new Promise(setImmediate)
  assert.equal(started, 1)
})

test('closing drops the message that is being opened and the messages that wait, and ends the thread', async (t) => {
  const thread = openThread(t)
  const [[worker]] = await Promise.all([nextThread(), open(thread, 'a', { data: dataOf(1) })])
  const ended = once(worker, 'exit')
  const bomb = compress(new Uint8Array(10 * 2 ** 20))
  const opening = ['a', 'a', 'b'].map((peer, at) => open(thread, peer, { data: bomb.with(9, at) }))
  await thread.close()
  await ended
  assert.deepEqual(await Promise.all(opening), ['closed', 'closed', 'closed'])
  assert.equal(await open(thread, 'a', { data: dataOf(2) }), 'closed')
})
