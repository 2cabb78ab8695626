import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { joined } from '#protocol/codec/joined.ts'
import { compress } from '#protocol/p2p/snappy-block.ts'
import { blocksTopic } from '#protocol/p2p/topics.ts'
import { largeMessageBytes, MessageOpener, type OpenerOptions } from './message-opener.ts'
import { openMessage } from './opened-message.ts'

const topic = blocksTopic(10n, 4)

function openerOf(t: TestContext, options: Partial<OpenerOptions> = {}): MessageOpener {
  const opener = new MessageOpener({
    form: 'op-node',
    l2ChainId: 10n,
    isIgnored: () => false,
    onFailure: assert.ifError,
    onDropped: (_topic, reason) => assert.fail(reason),
    ...options,
  })
  t.after(() => opener.close())
  return opener
}

const messageOf = (data: Uint8Array) => ({ type: 'unsigned', topic, data }) as const

/** Where a message of a peer is opened. */
async function placeOf(opener: MessageOpener, data: Uint8Array): Promise<'here' | 'thread'> {
  const message = messageOf(data)
  opener.received(data, 'a')
  const id = opener.idOf(message)
  const here = openMessage(topic, data, { form: 'op-node' })
  assert.deepEqual(await id, here.id)
  assert.deepEqual(opener.opened(message).data, here.data)
  return id instanceof Promise ? 'thread' : 'here'
}

test('a message above 128 KiB, decompressed or as received, is opened on the other thread; a smaller message is opened immediately', async (t) => {
  const opener = openerOf(t)
  assert.equal(largeMessageBytes, 131_072)
  const zeros = (bytes: number) => compress(new Uint8Array(bytes))
  const noise = (bytes: number) => compress(randomBytes(bytes))
  assert.equal(await placeOf(opener, zeros(largeMessageBytes)), 'here')
  assert.equal(await placeOf(opener, zeros(largeMessageBytes + 1)), 'thread')
  assert.ok(noise(largeMessageBytes).length > largeMessageBytes)
  assert.equal(await placeOf(opener, noise(largeMessageBytes)), 'thread')
  const tooLarge = Uint8Array.of(0x81, 0x80, 0x80, 0x05)
  const garbage = new Uint8Array(largeMessageBytes).fill(255)
  assert.equal(await placeOf(opener, tooLarge), 'here')
  assert.equal(await placeOf(opener, joined([tooLarge, garbage])), 'thread')
  assert.equal(await placeOf(opener, garbage), 'here')
  assert.equal(await placeOf(opener, joined([garbage, Uint8Array.of(1)])), 'thread')
  assert.equal(await placeOf(opener, new Uint8Array(0)), 'here')
})

test('an own message is opened immediately', (t) => {
  const opener = openerOf(t)
  const data = compress(new Uint8Array(2 * largeMessageBytes))
  const id = opener.idOf(messageOf(data))
  assert.deepEqual(id, openMessage(topic, data, { form: 'op-node' }).id)
})

test('if a message is dropped, it is counted for its topic, unless the opener is closed', async (t) => {
  const dropped: string[] = []
  const opener = openerOf(t, {
    isIgnored: () => true,
    onDropped: (...named) => dropped.push(named.join(' ')),
  })
  const open = async () => {
    const data = compress(new Uint8Array(2 * largeMessageBytes))
    opener.received(data, 'a')
    await opener.idOf(messageOf(data))
  }
  await assert.rejects(open(), { reason: 'busy' })
  assert.deepEqual(dropped, [`${topic} busy`])
  await opener.close()
  await assert.rejects(open(), { reason: 'closed' })
  assert.equal(dropped.length, 1)
})
