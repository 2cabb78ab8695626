import type { GossipData } from './gossip-data.ts'

/**
 * The form of message ids. op-node's ids cover the topic, the ids of the specs do not. Ids match only between peers
 * that use the same form.
 */
export type MessageIdForm = 'op-node' | 'spec'

/** The SHA-256 hash of chunks back to back. */
type Sha256 = (chunks: readonly Uint8Array[]) => Uint8Array

/** Inputs of a message id other than the data. */
export interface MessageIdRules {
  readonly form: MessageIdForm
  readonly topic: string
  readonly sha256: Sha256
}

/** Size of a message id. */
const idBytes = 20

/**
 * The first hashed bytes, which show whether the data was decompressed. Spec: rollup-node-p2p.md#message-id-computation
 */
const domains: Readonly<Record<GossipData['kind'], Uint8Array>> = {
  decompressed: Uint8Array.of(1, 0, 0, 0),
  raw: new Uint8Array(4),
}

const textEncoder = new TextEncoder()

/** The id of a message in gossipsub, 20 bytes. Spec: rollup-node-p2p.md#message-id-computation; op-node, gossip.go */
export function messageId(data: GossipData, { form, topic, sha256 }: MessageIdRules): Uint8Array {
  const chunks = [domains[data.kind], ...(form === 'op-node' ? topicChunks(topic) : []), data.bytes]
  return sha256(chunks).subarray(0, idBytes)
}

/** The length of the topic as 64 bits little-endian, then the topic. */
function topicChunks(topic: string): readonly Uint8Array[] {
  const name = textEncoder.encode(topic)
  const length = new Uint8Array(8)
  new DataView(length.buffer).setUint32(0, name.length, true)
  return [length, name]
}
