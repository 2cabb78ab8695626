import type { Payload } from '#protocol/block/payload.ts'
import { payloadToJson } from '#json-rpc/forms/payload-json.ts'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import type { Clock } from '#runtime/clock.ts'
import { Fault } from '#runtime/fault.ts'
import type { Conductor } from '#services/sequencer/ports.ts'

/** Number of attempts of each call. Source: op-node, conductor/conductor.go */
const rounds = 2

/** The op-conductor at a URL, and a function that closes the connections. */
export interface OpenConductor {
  readonly conductor: Conductor
  close(): Promise<void>
}

/** Makes a client of op-conductor. The first call connects. */
export function openConductor({
  url,
  timeoutMs,
  clock,
}: {
  readonly url: string
  readonly timeoutMs: number
  readonly clock: Clock
}): OpenConductor {
  const client = new JsonRpcClient({ endpoints: [{ url }], timeoutMs, rounds, clock })
  return {
    conductor: {
      isLeader: async () => {
        const isLeader = await client.call('conductor_leader', [])
        if (typeof isLeader === 'boolean') return isLeader
        throw new Fault('rpc-response', {
          detail:
            'conductor_leader did not answer with true or false: see that --conductor-rpc-url is that of op-conductor',
        })
      },
      commit: async (payload) => {
        await client.call('conductor_commitUnsafePayload', [envelopeOf(payload)])
      },
    },
    close: () => client.close(),
  }
}

/** The JSON of a block with its beacon root. Source: op-service, eth/types.go (ExecutionPayloadEnvelope) */
function envelopeOf(payload: Payload): Readonly<Record<string, unknown>> {
  const { parentBeaconBlockRoot } = payload
  return {
    ...(parentBeaconBlockRoot !== undefined && { parentBeaconBlockRoot }),
    executionPayload: payloadToJson(payload),
  }
}
