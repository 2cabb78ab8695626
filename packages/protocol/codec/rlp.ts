import { fromBigEndian, toBigEndian } from './big-endian.ts'
import { DecodeError } from './decode-error.ts'
import { longestShort, RlpScan } from './rlp-scan.ts'

/** A string of bytes, or a list of items. Spec: Ethereum yellow paper, appendix B */
export type RlpItem = Uint8Array | readonly RlpItem[]

// Rule limit-rlp-depth: RLP lists nest 32 deep at most; derivation needs four. Spec: Atoll's own
/** Limit on nested lists; structures of Ethereum have only a few levels. */
export const maxRlpDepth = 32

/** Encodes in two passes: first the size, then the bytes from the end, so that the length of a list is known at its head. */
export function encodeRlp(item: RlpItem): Uint8Array {
  const bytes = new Uint8Array(sizeOf(item))
  write(item, { bytes, at: bytes.length })
  return bytes
}

/** A buffer that is filled from its end; `at` is the offset of the last written byte. */
interface Backwards {
  readonly bytes: Uint8Array
  at: number
}

function write(item: RlpItem, target: Backwards): void {
  if (item instanceof Uint8Array) {
    target.at -= item.length
    target.bytes.set(item, target.at)
    if (!isItsOwnEncoding(item)) writeRlpHead(target, item.length, 0x80)
    return
  }
  const end = target.at
  for (let at = item.length - 1; at >= 0; at--) write(item[at] ?? [], target)
  writeRlpHead(target, end - target.at, 0xc0)
}

/** Writes the head of a string (0x80) or list (0xc0) before its content, which is already written. */
export function writeRlpHead(target: Backwards, length: number, offset: 0x80 | 0xc0): void {
  if (length <= longestShort) {
    target.bytes[--target.at] = offset + length
    return
  }
  let lengthBytes = 0
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) {
    target.bytes[--target.at] = rest % 256
    lengthBytes++
  }
  target.bytes[--target.at] = offset + longestShort + lengthBytes
}

function sizeOf(item: RlpItem): number {
  let content = 0
  if (item instanceof Uint8Array) {
    if (isItsOwnEncoding(item)) return 1
    content = item.length
  } else for (const inner of item) content += sizeOf(inner)
  let head = 1
  if (content > longestShort)
    for (let rest = content; rest > 0; rest = Math.floor(rest / 256)) head++
  return head + content
}

/** A byte below 0x80 is its own encoding. */
function isItsOwnEncoding(bytes: Uint8Array): boolean {
  return bytes.length === 1 && (bytes[0] ?? 0) < 0x80
}

/**
 * Decodes one item that takes all of the bytes; strings are views.
 *
 * @throws DecodeError if it is incomplete, has bytes after its end, is nested too deep, or is not in the shortest form
 */
export function decodeRlp(bytes: Uint8Array): RlpItem {
  const scan = new RlpScan(bytes, 0)
  const item = readItem(scan, bytes.length, maxRlpDepth)
  if (scan.position !== bytes.length)
    throw new DecodeError(`${bytes.length - scan.position} bytes after the end of the item`)
  return item
}

function readItem(scan: RlpScan, end: number, depth: number): RlpItem {
  if (!scan.isAtList) {
    scan.string(end)
    return scan.content
  }
  if (depth === 0) throw new DecodeError(`more than ${maxRlpDepth} lists within lists`)
  const listEnd = scan.list(end)
  const items: RlpItem[] = []
  while (scan.position < listEnd) items.push(readItem(scan, listEnd, depth - 1))
  return items
}

/**
 * Decodes one list that takes all of the bytes.
 *
 * @throws DecodeError as `decodeRlp`, and for a string
 */
export function decodeRlpList(bytes: Uint8Array): readonly RlpItem[] {
  return rlpList(decodeRlp(bytes))
}

/** @throws DecodeError unless the item is a string */
export function rlpBytes(item: RlpItem | undefined): Uint8Array {
  if (item instanceof Uint8Array) return item
  throw new DecodeError(item === undefined ? 'a field is missing' : 'a list, want bytes')
}

/** @throws DecodeError unless the item is a list */
export function rlpList(item: RlpItem | undefined): readonly RlpItem[] {
  if (item === undefined) throw new DecodeError('a field is missing')
  if (item instanceof Uint8Array) throw new DecodeError('bytes, want a list')
  return item
}

/**
 * Decodes a number: big-endian without leading zeros, at most `maxBytes`.
 *
 * @throws DecodeError for a leading zero, or too many bytes
 */
export function rlpUint(item: RlpItem | undefined, maxBytes: number): bigint {
  const bytes = rlpBytes(item)
  if (bytes.length > maxBytes) throw new DecodeError(`${bytes.length} bytes, at most ${maxBytes}`)
  if (bytes[0] === 0) throw new DecodeError('a number begins with a zero')
  return fromBigEndian(bytes)
}

/** Encodes a number: big-endian without leading zeros. */
export const uintToRlp: (value: bigint) => Uint8Array = toBigEndian
