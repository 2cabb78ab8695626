import { type GossipData, openGossipData } from '#protocol/p2p/gossip-data.ts'
import { messageId, type MessageIdForm } from '#protocol/p2p/message-id.ts'
import { messageSigner } from '#protocol/p2p/payload-signature.ts'
import type { CheckedSignature } from '#protocol/p2p/validate-block.ts'
import { recoverPublicKey } from '#runtime/crypto/secp256k1.ts'
import { sha256 } from '#runtime/crypto/sha256.ts'

/** A message that was decompressed and hashed. */
export interface OpenedMessage {
  readonly id: Uint8Array
  readonly data: GossipData
  /** Undefined if the signature was not checked when the message was opened. */
  readonly checked?: CheckedSignature
}

/** Opens a message without a check of its signature. */
export function openMessage(
  topic: string,
  bytes: Uint8Array,
  { form }: { readonly form: MessageIdForm },
): OpenedMessage {
  const data = openGossipData(bytes)
  return { id: messageId(data, { form, topic, sha256 }), data }
}

/** Rules by which the thread opens messages. */
export interface OpeningRules {
  readonly form: MessageIdForm
  readonly l2ChainId: bigint
}

/** Opens a message, and checks its signature. */
export function openAndCheck(topic: string, bytes: Uint8Array, rules: OpeningRules): OpenedMessage {
  const opened = openMessage(topic, bytes, rules)
  const { data } = opened
  if (data.kind === 'raw') return opened
  const { l2ChainId } = rules
  const signer = messageSigner(data.bytes, { l2ChainId, recover: recoverPublicKey })
  return { ...opened, checked: { signer } }
}
