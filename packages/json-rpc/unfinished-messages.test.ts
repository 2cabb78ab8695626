import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import { systemClock } from '#runtime/clock.ts'
import { serveJsonRpc } from './json-rpc-server.ts'

/** A server whose clients may hold 1,000 bytes each, and a WebSocket to it on which a test writes frames by hand. */
async function opened(t: TestContext) {
  const refused: string[] = []
  let calls = 0
  const server = await serveJsonRpc({
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    methods: { count: () => ++calls },
    limits: { maxBytesPerClient: 1_000 },
    onRefused: (why) => refused.push(why),
  })
  t.after(() => server.close())
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(server.url).port) })
  t.after(() => socket.destroy())
  const lines = [
    'GET / HTTP/1.1',
    'host: 127.0.0.1',
    'connection: Upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==',
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  await once(socket, 'data')
  return { socket, refused, calls: () => calls }
}

/** A masked frame; the mask is zero. @param first the flag of the last frame of a message, and the opcode */
function frame(first: number, data: string): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(data.length)
  return Buffer.concat([
    Buffer.from([first, 0x80 | 126]),
    length,
    Buffer.alloc(4),
    Buffer.from(data),
  ])
}

/** Opcodes, with the flag of the last frame where it is set. */
const [textBegins, textEnds, wholeText, ping] = [0x01, 0x80, 0x81, 0x89]

const call = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'count' })

async function until(holds: () => boolean): Promise<void> {
  for (let waits = 0; !holds(); waits++) {
    assert.ok(waits < 1_000, `not within five seconds: ${holds.toString()}`)
    await sleep(5)
  }
}

test('an unfinished message counts as memory of its client until it is finished', async (t) => {
  const { socket, refused, calls } = await opened(t)
  for (let messages = 1; messages <= 5; messages++) {
    socket.write(frame(textBegins, ' '.repeat(800)))
    socket.write(frame(textEnds, call))
    await until(() => calls() === messages)
  }
  assert.deepEqual(refused, [])
  socket.write(frame(textBegins, ' '.repeat(600)))
  socket.write(frame(0x00, ' '.repeat(600)))
  await until(() => refused.length > 0)
  await once(socket, 'close')
  assert.deepEqual(refused, ['too-many-bytes'])
})

test('a ping between two frames of a message does not count as memory, and does not end the message', async (t) => {
  const { socket, refused } = await opened(t)
  socket.write(frame(textBegins, ' '.repeat(500)))
  for (let pings = 0; pings < 20; pings++) {
    const data = Buffer.from([ping, 0x80 | 100, 0, 0, 0, 0])
    socket.write(Buffer.concat([data, Buffer.alloc(100)]))
    await once(socket, 'data')
  }
  assert.deepEqual(refused, [])
  socket.write(frame(0x00, ' '.repeat(600)))
  await until(() => refused.length > 0)
  assert.deepEqual(refused, ['too-many-bytes'])
})

test('after a client is refused, the calls that it sent after the refused message are not made, and the refusal is counted once', async (t) => {
  const { socket, refused, calls } = await opened(t)
  const tooMuch = frame(wholeText, ' '.repeat(1_200))
  const more = Array.from({ length: 20 }, () => frame(wholeText, call))
  socket.write(Buffer.concat([tooMuch, ...more]))
  await once(socket, 'close')
  assert.deepEqual(refused, ['too-many-bytes'])
  assert.equal(calls(), 0)
})
