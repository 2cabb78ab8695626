import type { AddressInfo } from 'node:net'
import { fastify, type FastifyError } from 'fastify'
import { Registry } from 'prom-client'
import { toError } from '#runtime/fault.ts'
import { listenFault } from '#runtime/listen-fault.ts'

/** Options of the health server. */
export interface HealthOptions {
  readonly host: string
  readonly port: number
  /** Flag of the port, for the error if it is taken. */
  readonly portFlag: string
  /** The metrics in Prometheus' text format. */
  readonly metrics: () => Promise<string>
  /** Why the process is not ready; empty if it is ready. */
  readonly reasonsNotReady: () => readonly string[] | Promise<readonly string[]>
}

/** Serves a process's liveness, readiness and metrics. */
export interface HealthServer {
  readonly url: string
  close(): Promise<void>
}

/**
 * Serves `/healthz` (200 while the event loop runs), `/readyz` (200, or 503 with the reasons) and `/metrics`.
 *
 * @throws Fault `health-port` if the address cannot be bound
 */
export async function serveHealth({
  host,
  port,
  portFlag,
  metrics,
  reasonsNotReady,
}: HealthOptions): Promise<HealthServer> {
  const app = fastify({ keepAliveTimeout: 1_000, forceCloseConnections: true })
  // The content of requests is ignored. A parser would refuse some requests before the check of their method.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _body, done) => done(null))
  app.get('/healthz', () => 'ok\n')
  app.get('/readyz', async (_request, reply) => {
    const reasons = await reasonsNotReady()
    const ready = reasons.length === 0
    return reply.code(ready ? 200 : 503).send({ ready, reasons })
  })
  app.get('/metrics', async (_request, reply) => {
    const text = await metrics()
    return reply.type(Registry.PROMETHEUS_CONTENT_TYPE).send(text)
  })
  app.setNotFoundHandler(({ method }, reply) =>
    method === 'GET' || method === 'HEAD'
      ? reply.code(404).send('try /healthz, /readyz or /metrics\n')
      : reply.code(405).send(),
  )
  app.setErrorHandler((error: FastifyError, _request, reply) =>
    reply.code(error.statusCode ?? 500).send(error.message),
  )
  try {
    await app.listen({ host, port })
  } catch (cause) {
    const name = { what: 'health and metrics', portFlag }
    throw listenFault('health-port', toError(cause), { ...name, host, port })
  }
  const { port: bound } = app.server.address() as AddressInfo
  return { url: `http://${host}:${bound}`, close: () => app.close() }
}
