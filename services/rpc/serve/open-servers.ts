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

/** Largest request in bytes. A batch with the maximum number of calls takes a fifth of this size. */
export const maxRequestBytes = 1024 * 1024

/** Largest request in bytes at the admin port. The largest block takes 20 MiB as hex when it is posted. */
export const maxAdminRequestBytes = 22 * 1024 * 1024

/** Limits of the public server, against hostile clients. */
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

/** Limits of the server with admin methods. Clients of this server are trusted, since they have the token. */
const adminLimits = {
  maxRequestBytes: maxAdminRequestBytes,
  maxMessageBytes: maxRequestBytes,
  maxBytesPerClient: 64 * 1024 * 1024,
  maxBytes: 64 * 1024 * 1024,
} as const

/**
 * Ratio of a client's limit on connections to its limit on open requests. The ratio is above 1, since some connections
 * are idle.
 */
const connectionsPerRequest = 2

/** Limit on the subscriptions of one WebSocket. */
export const maxSubscriptions = 100

/** Addresses and access rules of the servers. */
export interface ServerSettings {
  readonly host: string
  readonly port: number
  readonly cors: AllowedOrigins
  readonly maxRequestsPerClient: number
  /** Whether a client with too many refused requests is banned for a time. */
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
 * Opens the public server, and the server with admin methods if it is configured.
 *
 * @throws Fault `rpc-port` if an address cannot be bound
 */
export async function openServers(
  { host, port, cors, maxRequestsPerClient, bansClients, admin }: ServerSettings,
  { methods, adminMethods, passOn, onCall, onRefused, healthz, reasonsNotReady }: Served,
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
  // As in op-node, any host name is allowed.
  const shared = { clock, log, onCall, onRefused, pages, passOn, allowedHosts: '*' } as const
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
