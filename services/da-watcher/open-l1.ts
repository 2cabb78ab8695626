import type * as z from 'zod'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { Clock } from '#runtime/clock.ts'
import { JsonRpcClient } from '#runtime/json-rpc/json-rpc-client.ts'
import { BeaconClient } from '#runtime/l1/beacon-client.ts'
import { L1Endpoint } from '#runtime/l1/l1-endpoint.ts'
import type { config } from './config.ts'
import type { L1Source } from './l1-source.ts'
import { NodeL1Source } from './node-l1-source.ts'

/** What of a service is needed to ask L1. */
export interface OpenL1Context {
  readonly config: RollupConfig
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** L1, and the end of all connections to it. */
export interface OpenedL1 extends L1Source {
  close(): Promise<void>
}

/** How often a request is made before it counts as failed. */
const rounds = 3

/** Makes the source of L1 that settings describe. */
export function openL1(
  settings: z.output<typeof config>,
  { config: rollup, clock, signal }: OpenL1Context,
): OpenedL1 {
  const { l1RpcUrls, l1BeaconUrls, l1TimeoutMs: timeoutMs } = settings
  const [url = ''] = l1RpcUrls
  const rpc = new JsonRpcClient({ endpoints: [{ url }], timeoutMs, rounds, clock })
  const endpoint = new L1Endpoint({ rpc, name: new URL(url).origin })
  const [beaconUrl] = l1BeaconUrls ?? []
  const beacon =
    beaconUrl === undefined
      ? undefined
      : new BeaconClient({ url: beaconUrl, timeoutMs, rounds, clock, signal })
  const source = new NodeL1Source({ config: rollup, endpoint, beacon })
  return Object.assign(source, {
    close: async () => {
      await Promise.all([endpoint.close(), beacon?.close()])
    },
  })
}
