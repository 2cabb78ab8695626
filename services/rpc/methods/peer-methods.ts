import type { PeerChange } from '#messages/change-peer.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { CallContext, Method, Methods } from '#json-rpc/json-rpc-dispatch.ts'
import type { NodeCalls } from '#services/rpc/blocks/node-calls.ts'
import {
  boolean,
  converted,
  ipAddress,
  optional,
  type Param,
  peerId,
  readParams,
  text,
} from './params.ts'
import { dumpToJson, peerToJson, statsToJson, subnetFromJson, subnetToJson } from './peer-json.ts'
import { serverError } from './server-error.ts'

/** Dependencies of the methods in the namespace `opp2p`. */
export interface PeerMethodsOptions {
  readonly calls: Pick<NodeCalls, 'by'>
  readonly config: Pick<RollupConfig, 'l2ChainId'>
}

/** The namespace `opp2p`. Source: op-node, p2p/rpc_server.go */
export function peerMethods({ calls, config }: PeerMethodsOptions): Methods {
  const chainId = config.l2ChainId
  const connected = (params: readonly unknown[], { caller }: CallContext) => {
    readParams(params)
    return calls.by(caller).peers({ areKnown: false })
  }
  const change =
    (name: PeerChange, param: Param<string | undefined>): Method =>
    async (params, { caller }) => {
      const [what] = readParams<[string | undefined]>(params, param)
      if (what === undefined || what === '') throw serverError('invalid request')
      return calls.by(caller).changePeer({ change: name, name: what })
    }
  const subnet = optional(converted(subnetFromJson))
  return {
    opp2p_self: async (...call) => peerToJson((await connected(...call)).self, chainId),
    opp2p_peers: async (params, { caller }) => {
      const [isConnected] = readParams<[boolean]>(params, boolean)
      return dumpToJson(await calls.by(caller).peers({ areKnown: !isConnected }), chainId)
    },
    opp2p_peerStats: async (...call) => statsToJson(await connected(...call)),
    // A method of kona-node.
    opp2p_peerCount: async (...call) => {
      const { connected: connectedGossip, table } = statsToJson(await connected(...call))
      return { connectedDiscovery: table, connectedGossip }
    },
    opp2p_discoveryTable: async (...call) => {
      const { table } = await connected(...call)
      if (table === undefined) throw serverError('discovery disabled')
      return table
    },
    opp2p_listBlockedPeers: async (...call) => (await connected(...call)).blockedPeers,
    opp2p_listBlockedAddrs: async (...call) => (await connected(...call)).blockedIps,
    opp2p_listBlockedSubnets: async (...call) =>
      (await connected(...call)).blockedSubnets.map(subnetToJson),
    opp2p_blockPeer: change('block-peer', peerId),
    opp2p_unblockPeer: change('unblock-peer', peerId),
    opp2p_blockAddr: change('block-ip', ipAddress),
    // kona-node's spelling of `opp2p_blockAddr`.
    opp2p_blocAddr: change('block-ip', ipAddress),
    opp2p_unblockAddr: change('unblock-ip', ipAddress),
    opp2p_blockSubnet: change('block-subnet', subnet),
    opp2p_unblockSubnet: change('unblock-subnet', subnet),
    opp2p_protectPeer: change('protect', peerId),
    opp2p_unprotectPeer: change('unprotect', peerId),
    opp2p_disconnectPeer: change('disconnect', peerId),
    opp2p_connectPeer: change('connect', text),
  }
}
