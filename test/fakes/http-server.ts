import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

/** A request as a fake server sees it. */
export interface SeenRequest {
  readonly body: string
  readonly incoming: IncomingMessage
}

/** Starts an HTTP server that calls `answer` for each request, and stops it when the test ends. @returns its URL */
export async function serveHttp(
  t: TestContext,
  answer: (request: SeenRequest, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => answer({ body: Buffer.concat(chunks).toString(), incoming }, response))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
