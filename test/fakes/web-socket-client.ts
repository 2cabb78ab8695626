import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { WebSocket } from 'undici'

/** The fields of a server's messages that tests read. */
export type Answer = Readonly<Record<'id' | 'result' | 'error' | 'params', unknown>>

/** Opens a WebSocket until the test ends. `ask` sends a call, and `next` returns the received messages in order. */
export async function openSocket(
  t: TestContext,
  url: string,
  headers: Readonly<Record<string, string>> = {},
) {
  const socket = new WebSocket(url, { headers })
  const messages: string[] = []
  const changes = new EventEmitter()
  const closed = new Promise<number>((resolve) => {
    socket.addEventListener('close', ({ code }) => resolve(code))
  })
  socket.addEventListener('message', ({ data }) => {
    messages.push(String(data))
    changes.emit('message')
  })
  t.after(() => socket.close())
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.addEventListener('open', () => resolve(true))
    socket.addEventListener('error', () => resolve(false))
  })
  const next = async () => {
    while (messages.length === 0) await once(changes, 'message')
    return JSON.parse(messages.shift() ?? '') as Answer
  }
  const ask = (method: string, params: unknown = []) => {
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))
    return next()
  }
  return { socket, isOpen, closed, next, ask, messages }
}

/** A raw WebSocket connection that reads nothing after its handshake. */
export async function openDeafSocket(
  t: TestContext,
  url: string,
  messages: readonly string[],
): Promise<Socket> {
  const socket = startHandshake(url, {})
  t.after(() => socket.destroy())
  socket.on('error', () => undefined)
  await once(socket, 'data')
  socket.pause()
  for (const message of messages) socket.write(frame(message))
  return socket
}

/** A text frame, masked with zeros. */
function frame(text: string): Buffer {
  assert.ok(text.length < 126)
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)])
}

/** The complete answer of a server that refuses the handshake of a WebSocket. */
export async function handshake(url: string, headers: Readonly<Record<string, string>> = {}) {
  let text = ''
  for await (const chunk of startHandshake(url, headers)) text += String(chunk)
  return text
}

function startHandshake(url: string, headers: Readonly<Record<string, string>>): Socket {
  const { port, host } = new URL(url)
  const socket = connectTcp(Number(port), '127.0.0.1')
  const upgrade = { host, connection: 'Upgrade', upgrade: 'websocket' }
  const key = { 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' }
  const lines = Object.entries({ ...upgrade, ...key, ...headers }).map((line) => line.join(': '))
  socket.write(`GET / HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
  return socket
}
