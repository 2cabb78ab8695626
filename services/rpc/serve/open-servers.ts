import type { Logger } from 'pino'
import { tokenCheck } from '#json-rpc/bearer-token.ts'
import {
  type AllowedOrigins,
  type JsonRpcServer,
  type JsonRpcServerOptions,
  serveJsonRpc,
} from '#json-rpc/json-rpc-server.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Served, Servers } from '#services/rpc/ports.ts'

/** Bytes of a request. A posted block of the largest size takes 20 MiB as hex. */
export const maxRequestBytes = 22 * 1024 * 1024

/** Subscriptions of one WebSocket. */
export const maxSubscriptions = 100

/** Where and for whom the servers are. */
export interface ServerSettings {
  readonly host: string
  readonly port: number
  readonly cors: AllowedOrigins
  readonly maxRequestsPerClient: number
  /** The server with the methods that control the node; undefined if there is none. */
  readonly admin:
    { readonly host: string; readonly port: number; readonly token: string } | undefined
}

/** Servers, with their addresses. */
export interface OpenServers extends Servers {
  readonly url: string
  readonly adminUrl: string | undefined
}

/**
 * Opens the server of all clients, and that of operators.
 *
 * @throws Fault `rpc-port` if an address cannot be bound
 */
export async function openServers(
  { host, port, cors, maxRequestsPerClient, admin }: ServerSettings,
  { methods, adminMethods, onCall, healthz, reasonsNotReady }: Served,
  { clock, log }: { readonly clock: Clock; readonly log: Pick<Logger, 'info' | 'warn' | 'error'> },
): Promise<OpenServers> {
  const limits = { maxRequestBytes, maxRequestsPerClient, maxSubscriptions }
  const pages: JsonRpcServerOptions['pages'] = {
    '/healthz': () => ({ status: 200, json: healthz }),
    '/readyz': () => {
      const reasons = reasonsNotReady()
      return {
        status: reasons.length === 0 ? 200 : 503,
        json: { ready: reasons.length === 0, reasons },
      }
    },
  }
  // op-node accepts any name of its host too.
  const shared = { clock, log, onCall, limits, pages, allowedHosts: '*' } as const
  const open: JsonRpcServer[] = []
  const serve = async (
    options: Pick<
      JsonRpcServerOptions,
      'host' | 'port' | 'methods' | 'name' | 'cors' | 'authorize'
    >,
  ) => {
    const server = await serveJsonRpc({ ...shared, ...options })
    open.push(server)
    return server
  }
  const close = async () => {
    await Promise.all(open.map((server) => server.close()))
  }
  try {
    const name = { what: 'JSON-RPC', portFlag: '--rpc-port' }
    const { url } = await serve({ host, port, methods, name, cors })
    log.info({ url }, 'JSON-RPC')
    const adminServer =
      admin &&
      (await serve({
        host: admin.host,
        port: admin.port,
        methods: { ...methods, ...adminMethods },
        name: { what: 'JSON-RPC with admin methods', portFlag: '--rpc-admin-port' },
        authorize: tokenCheck(admin.token),
      }))
    if (adminServer !== undefined) log.info({ url: adminServer.url }, 'JSON-RPC with admin methods')
    const sockets = () => open.reduce((sum, server) => sum + server.sockets(), 0)
    return { url, adminUrl: adminServer?.url, sockets, close }
  } catch (error) {
    await close()
    throw error
  }
}
