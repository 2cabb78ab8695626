import type { Hash } from '#protocol/primitives.ts'
import type { Methods } from '#json-rpc/json-rpc-dispatch.ts'
import type { NodeCalls } from '#services/rpc/blocks/node-calls.ts'
import type { Context } from '#services/rpc/ports.ts'
import { zeroHash } from '#services/rpc/status/ref-json.ts'
import { boolean, hash, omittable, readParams } from './params.ts'
import { serverError } from './server-error.ts'

// The methods of the namespace `admin` for a sequencer. op-conductor calls these methods, and compares the texts of
// their errors.
// Source: op-node, node/api.go

/** Dependencies of the methods for a sequencer. */
export interface SequencerMethodsOptions extends Pick<Context, 'log'> {
  readonly calls: Pick<NodeCalls, 'by'>
}

/** The methods on a node with a sequencer. */
export function sequencerMethods({ calls, log }: SequencerMethodsOptions): Methods {
  return {
    admin_startSequencer: async (params, { caller }) => {
      // op-node requires the hash. kona-node's method has no hash, so the sequencer decides whether it needs a hash.
      const [head] = readParams<[Hash | undefined]>(params, omittable(hash))
      await calls.by(caller).sequencer({ kind: 'start', head })
      log.info({ head }, 'a client started the sequencer')
      return null
    },
    admin_stopSequencer: async (params, { caller }) => {
      readParams(params)
      const { head } = await calls.by(caller).sequencer({ kind: 'stop' })
      log.info({ head }, 'a client stopped the sequencer')
      return head ?? zeroHash
    },
    admin_sequencerActive: async (params, { caller }) => {
      readParams(params)
      return (await calls.by(caller).sequencer({ kind: 'fetch' })).isActive
    },
    admin_conductorEnabled: async (params, { caller }) => {
      readParams(params)
      return (await calls.by(caller).sequencer({ kind: 'fetch' })).hasConductor
    },
    admin_overrideLeader: async (params, { caller }) => {
      readParams(params)
      await calls.by(caller).sequencer({ kind: 'override-leader' })
      log.warn('a client made this node the leader, without op-conductor')
      return null
    },
    admin_setRecoverMode: async (params, { caller }) => {
      const [isOn] = readParams<[boolean]>(params, boolean)
      await calls.by(caller).sequencer({ kind: 'set-recover-mode', isOn })
      log.warn({ isOn }, 'a client set the recover mode of the sequencer')
      return null
    },
  }
}

/** The methods on a node without a sequencer. They answer as on an op-node that is a verifier. */
export const verifierMethods: Methods = {
  admin_startSequencer: (params) => {
    readParams<[Hash]>(params, hash)
    throw noSequencer()
  },
  admin_stopSequencer: (params) => {
    readParams(params)
    throw noSequencer()
  },
  admin_overrideLeader: (params) => {
    readParams(params)
    throw noSequencer()
  },
  admin_sequencerActive: (params) => {
    readParams(params)
    return false
  },
  admin_conductorEnabled: (params) => {
    readParams(params)
    return false
  },
  admin_setRecoverMode: (params) => {
    // A verifier accepts the call, and the call has no effect.
    readParams<[boolean]>(params, boolean)
    return null
  },
}

function noSequencer() {
  return serverError('sequencer is not enabled')
}
