import { DecodeError } from '#protocol/codec/decode-error.ts'
import { endOfUvarint, uvarint } from '#protocol/batch/uvarint.ts'

/** The entry `opstack` of a node record, which names the chain of the node. Spec: rollup-node-p2p.md#structure */
export interface OpStackEntry {
  /** 64 bits. */
  readonly chainId: bigint
  /** 64 bits. */
  readonly version: bigint
}

/** Key of the entry. */
export const opStackKey = 'opstack'

/** The only version. Nodes of other versions are not dialed, as in op-node. */
export const opStackVersion = 0n

/** Encodes the entry: two varints. */
export function encodeOpStackEntry({ chainId, version }: OpStackEntry): Uint8Array {
  return Uint8Array.from([...encodeUvarint(chainId), ...encodeUvarint(version)])
}

/**
 * Decodes the entry. Bytes after it are ignored, as in op-node, since a later version may add fields.
 *
 * @throws DecodeError if a number is truncated or has more than 64 bits
 */
export function decodeOpStackEntry(bytes: Uint8Array): OpStackEntry {
  const middle = endOfUvarint(bytes, 0)
  const end = endOfUvarint(bytes, middle)
  return { chainId: uvarint(bytes, 0, middle), version: uvarint(bytes, middle, end) }
}

/** Whether the entry belongs to a node of the chain; false for a malformed entry. */
export function isOfChain(entry: Uint8Array | undefined, l2ChainId: bigint): boolean {
  if (entry === undefined) return false
  try {
    const { chainId, version } = decodeOpStackEntry(entry)
    return chainId === l2ChainId && version === opStackVersion
  } catch (error) {
    if (error instanceof DecodeError) return false
    throw error
  }
}

function encodeUvarint(value: bigint): readonly number[] {
  if (BigInt.asUintN(64, value) !== value) throw new RangeError(`${value} does not fit 64 bits`)
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  bytes.push(Number(rest))
  return bytes
}
