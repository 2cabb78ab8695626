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

/** Bytes of a request. A batch of the largest size takes a fifth of it. */
export const maxRequestBytes = 1024 * 1024

/** Bytes of a request with admin methods. A posted block of the largest size takes 20 MiB as hex. */
export const maxAdminRequestBytes = 22 * 1024 * 1024

/** Limits of the server of all clients, against those that are hostile. */
const publicLimits = {
  maxRequestBytes,
  maxMessageBytes: maxRequestBytes,
  maxValues: 50_000,
  maxConnections: 4_000,
  maxBufferedBytes: 1024 * 1024,
  maxBytesPerClient: 32 * 1024 * 1024,
  maxBytes: 128 * 1024 * 1024,
  maxControlFrames: 100,
} as const

/** Limits of the server with admin methods, whose clients have the token. */
const adminLimits = {
  maxRequestBytes: maxAdminRequestBytes,
  maxMessageBytes: maxRequestBytes,
  maxBytesPerClient: 64 * 1024 * 1024,
  maxBytes: 64 * 1024 * 1024,
} as const

/** Connections of a client for each of its requests: some are idle. */
const connectionsPerRequest = 2

/** Subscriptions of one WebSocket. */
export const maxSubscriptions = 100

/** Where and for whom the servers are. */
export interface ServerSettings {
  readonly host: string
  readonly port: number
  readonly cors: AllowedOrigins
  readonly maxRequestsPerClient: number
  /** Whether a client whose requests are refused again and again is banned for a time. */
  readonly bansClients: boolean
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
  { host, port, cors, maxRequestsPerClient, bansClients, admin }: ServerSettings,
  { methods, adminMethods, onCall, onRefused, healthz, reasonsNotReady }: Served,
  { clock, log }: { readonly clock: Clock; readonly log: Pick<Logger, 'info' | 'warn' | 'error'> },
): Promise<OpenServers> {
  const clientLimits = {
    maxSubscriptions,
    maxRequestsPerClient,
    maxConnectionsPerClient: connectionsPerRequest * maxRequestsPerClient,
    maxRefusalsPerClient: bansClients ? maxRequestsPerClient : Infinity,
  }
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
  const shared = { clock, log, onCall, onRefused, pages, allowedHosts: '*' } as const
  const open: JsonRpcServer[] = []
  const serve = async (
    options: Pick<
      JsonRpcServerOptions,
      'host' | 'port' | 'methods' | 'name' | 'cors' | 'authorize' | 'limits'
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
    const { url } = await serve({
      host,
      port,
      methods,
      name,
      cors,
      limits: { ...clientLimits, ...publicLimits },
    })
    log.info({ url }, 'JSON-RPC')
    const adminServer =
      admin &&
      (await serve({
        host: admin.host,
        port: admin.port,
        methods: { ...methods, ...adminMethods },
        name: { what: 'JSON-RPC with admin methods', portFlag: '--rpc-admin-port' },
        authorize: tokenCheck(admin.token),
        limits: { ...clientLimits, ...adminLimits },
      }))
    if (adminServer !== undefined) log.info({ url: adminServer.url }, 'JSON-RPC with admin methods')
    const sockets = () => open.reduce((sum, server) => sum + server.sockets(), 0)
    return { url, adminUrl: adminServer?.url, sockets, close }
  } catch (error) {
    await close()
    throw error
  }
}
