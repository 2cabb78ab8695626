import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws'

/** Serves WebSockets on a free port until the test ends. @returns the URL, without a path */
export async function serveWebSockets(
  t: TestContext,
  onConnection: (socket: WebSocket, request: IncomingMessage) => void,
  options: ServerOptions = {},
): Promise<string> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, ...options })
  server.on('connection', onConnection)
  t.after(() => {
    for (const socket of server.clients) socket.terminate()
    server.close()
  })
  await once(server, 'listening')
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
}
