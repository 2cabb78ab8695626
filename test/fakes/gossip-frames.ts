import { RPC } from '@libp2p/gossipsub/message'
import { joined } from '#protocol/codec/joined.ts'

/** The protocols of gossipsub that op-node and Atoll speak. */
export const meshProtocols = ['/meshsub/1.2.0', '/meshsub/1.1.0']

/** The bytes of a gossipsub RPC on a stream: its length, then the encoded RPC. */
export function frame(rpc: Partial<RPC>): Uint8Array {
  return prefixed(RPC.encode({ subscriptions: [], messages: [], ...rpc }))
}

/** The given bytes, after their length as a varint. */
export function prefixed(body: Uint8Array): Uint8Array {
  const length: number[] = []
  let rest = body.length
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) length.push((rest % 0x80) | 0x80)
  length.push(rest)
  return joined([Uint8Array.from(length), body])
}

/** A control message that has only the given parts. */
export function control(changes: Partial<RPC.ControlMessage>): RPC.ControlMessage {
  return { ihave: [], iwant: [], graft: [], prune: [], idontwant: [], ...changes }
}

/** The first frame of a peer: it subscribes to topics, and asks to be in their meshes. */
export function joinFrame(topics: readonly string[]): Uint8Array {
  return frame({
    subscriptions: topics.map((topic) => ({ subscribe: true, topic })),
    control: control({ graft: topics.map((topicID) => ({ topicID })) }),
  })
}
