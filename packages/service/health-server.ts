import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Registry } from 'prom-client'
import { toError } from '#runtime/fault.ts'
import { listenFault } from '#runtime/listen-fault.ts'

/** What is served, and where. */
export interface HealthOptions {
  readonly host: string
  readonly port: number
  readonly registry: Registry
  /** Why the service is not ready; empty if it is. */
  readonly reasonsNotReady: () => readonly string[]
}

/** For whoever watches the process: is it alive, is it ready, what does it count. */
export interface HealthServer {
  readonly url: string
  close(): void
}

/**
 * Serves `/healthz` (200 as long as the event loop turns), `/readyz` (200, or 503 with the reasons) and `/metrics`.
 *
 * @throws Fault `health-port` if the address cannot be had
 */
export async function serveHealth(options: HealthOptions): Promise<HealthServer> {
  const { host, port } = options
  const server = createServer({ keepAliveTimeout: 1_000 }, (request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      response.writeHead(500).end(toError(error).message)
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const name = { what: 'health and metrics', portFlag: '--health-port' }
      reject(listenFault('health-port', cause, { ...name, host, port }))
    })
    server.listen(port, host, resolve)
  })
  return { url: `http://${host}:${portOf(server)}`, close: () => closeNow(server) }
}

async function answer(
  { registry, reasonsNotReady }: HealthOptions,
  { method, url }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (method !== 'GET' && method !== 'HEAD') {
    response.writeHead(405).end()
    return
  }
  switch (url?.split('?')[0]) {
    case '/healthz':
      response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n')
      return
    case '/readyz': {
      const reasons = reasonsNotReady()
      const isReady = reasons.length === 0
      response
        .writeHead(isReady ? 200 : 503, { 'content-type': 'application/json' })
        .end(`${JSON.stringify({ ready: isReady, reasons })}\n`)
      return
    }
    case '/metrics': {
      // A collector that fails must not find the head sent.
      const metrics = await registry.metrics()
      response.writeHead(200, { 'content-type': registry.contentType }).end(metrics)
      return
    }
    default:
      response.writeHead(404).end('try /healthz, /readyz or /metrics\n')
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

function closeNow(server: Server): void {
  server.close()
  server.closeAllConnections()
}
