import { CallRate } from '#json-rpc/call-rate.ts'
import { readHeadersFile } from '#json-rpc/header-lines.ts'
import { originOf } from '#json-rpc/server-url.ts'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Fault } from '#runtime/fault.ts'
import { EndpointPool } from './endpoint-pool.ts'
import { L1Endpoint } from './l1-endpoint.ts'
import type { L1Settings } from './l1-settings.ts'

/** How the endpoints are queried. */
export interface OpenEndpointsOptions {
  readonly clock: Clock
  /** Chain id that every endpoint must have. */
  readonly chainId: bigint
  /** Endpoints whose answers are not verified. */
  readonly trustedUrls?: readonly string[]
  /** Calls per second to each endpoint; 0: no limit. */
  readonly rateLimit?: number
  readonly onCall?: (method: string) => void
  readonly onFailure?: (fault: Fault) => void
}

/** The JSON-RPC endpoints of L1. */
export interface OpenedEndpoints {
  readonly pool: EndpointPool<L1Endpoint>
  /** In the order of the settings. */
  readonly endpoints: readonly { readonly url: string; readonly endpoint: L1Endpoint }[]
  /** Headers of each request to a URL, from the settings. */
  readonly headersOf: (url: string) => Readonly<Record<string, string>>
  /** Closes all connections. */
  readonly close: () => Promise<void>
}

/** Makes a client for each endpoint in the settings, and a pool of them. Each client connects at its first call. */
export function openEndpoints(
  { l1RpcUrls, l1RpcHeadersFile, l1TimeoutMs: timeoutMs, l1RpcMaxBatchSize: maxBatch }: L1Settings,
  { clock, chainId, trustedUrls = [], rateLimit = 0, onCall, onFailure }: OpenEndpointsOptions,
): OpenedEndpoints {
  const headersOf = readHeadersFile(l1RpcHeadersFile, l1RpcUrls)
  const endpoints = l1RpcUrls.map((url) => {
    const rate = rateLimit === 0 ? undefined : new CallRate(rateLimit, clock)
    const options = { timeoutMs, rounds: 1, clock, onCall, rate, maxBatch }
    const rpc = new JsonRpcClient({
      endpoints: [{ url, fixedHeaders: headersOf(url) }],
      ...options,
    })
    const isTrusted = trustedUrls.includes(url)
    return { url, endpoint: new L1Endpoint({ rpc, name: originOf(url), isTrusted, chainId }) }
  })
  return {
    pool: new EndpointPool({
      endpoints: endpoints.map(({ endpoint }) => endpoint),
      clock,
      what: 'L1 RPC endpoint',
      onFailure,
    }),
    endpoints,
    headersOf,
    close: async () => {
      await Promise.all(endpoints.map(({ endpoint }) => endpoint.close()))
    },
  }
}
