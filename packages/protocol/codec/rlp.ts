import { fromBigEndian, toBigEndian } from './big-endian.ts'
import { DecodeError } from './decode-error.ts'

/** A string of bytes, or a list of items. Spec: Ethereum yellow paper, appendix B */
export type RlpItem = Uint8Array | readonly RlpItem[]

/** Lists within lists, at most: no structure of Ethereum has more than a few. */
export const maxRlpDepth = 32

/** Strings up to this many bytes have their length in the first byte. */
const longestShort = 55

/** Encodes in two passes: how long it gets, then the bytes. */
export function encodeRlp(item: RlpItem): Uint8Array {
  const bytes = new Uint8Array(sizeOf(item))
  write(item, { bytes, at: 0 })
  return bytes
}

interface Writer {
  readonly bytes: Uint8Array
  at: number
}

function write(item: RlpItem, writer: Writer): void {
  if (item instanceof Uint8Array) {
    if (!isItsOwnEncoding(item)) writeHead(item.length, 0x80, writer)
    writer.bytes.set(item, writer.at)
    writer.at += item.length
    return
  }
  writeHead(contentOf(item), 0xc0, writer)
  for (const inner of item) write(inner, writer)
}

function writeHead(length: number, offset: 0x80 | 0xc0, writer: Writer): void {
  if (length <= longestShort) {
    writer.bytes[writer.at++] = offset + length
    return
  }
  const lengthBytes = bytesOfLength(length)
  writer.bytes[writer.at++] = offset + longestShort + lengthBytes
  for (let shift = lengthBytes - 1; shift >= 0; shift--)
    writer.bytes[writer.at++] = Math.floor(length / 256 ** shift) % 256
}

function sizeOf(item: RlpItem): number {
  if (item instanceof Uint8Array && isItsOwnEncoding(item)) return 1
  const content = item instanceof Uint8Array ? item.length : contentOf(item)
  return headSize(content) + content
}

function contentOf(items: readonly RlpItem[]): number {
  let size = 0
  for (const item of items) size += sizeOf(item)
  return size
}

function headSize(length: number): number {
  return length <= longestShort ? 1 : 1 + bytesOfLength(length)
}

function bytesOfLength(length: number): number {
  let bytes = 1
  for (let rest = length; rest >= 256; rest = Math.floor(rest / 256)) bytes++
  return bytes
}

/** One byte below 0x80 stands for itself. */
function isItsOwnEncoding(bytes: Uint8Array): boolean {
  return bytes.length === 1 && (bytes[0] ?? 0) < 0x80
}

/**
 * Decodes one item that fills its bytes to the end; strings are views.
 *
 * @throws DecodeError if it is cut short, goes on after its end, is too deep, or is not in the shortest form
 */
export function decodeRlp(bytes: Uint8Array): RlpItem {
  const item = readItem(bytes, 0, maxRlpDepth)
  if (item.end !== bytes.length)
    throw new DecodeError(`${bytes.length - item.end} bytes after the end of the item`)
  return item.value
}

/**
 * The same, of bytes that must be a list.
 *
 * @throws DecodeError also if they are a string
 */
export function decodeRlpList(bytes: Uint8Array): readonly RlpItem[] {
  return rlpList(decodeRlp(bytes))
}

interface Read {
  readonly value: RlpItem
  readonly end: number
}

function readItem(bytes: Uint8Array, start: number, depth: number): Read {
  const head = bytes[start]
  if (head === undefined) throw new DecodeError('the item is missing')
  if (head < 0x80) return { value: bytes.subarray(start, start + 1), end: start + 1 }
  const isList = head >= 0xc0
  const short = head - (isList ? 0xc0 : 0x80)
  const first = start + 1 + Math.max(0, short - longestShort)
  const length = short <= longestShort ? short : readLength(bytes, start + 1, first)
  const end = first + length
  if (end > bytes.length) throw new DecodeError(`${end - bytes.length} bytes are missing`)
  if (isList) return { value: readList(bytes, { first, end }, depth), end }
  const value = bytes.subarray(first, end)
  if (isItsOwnEncoding(value)) throw new DecodeError('a byte below 0x80 has a length')
  return { value, end }
}

function readLength(bytes: Uint8Array, start: number, end: number): number {
  if (end > bytes.length) throw new DecodeError('the length is cut short')
  if (bytes[start] === 0) throw new DecodeError('the length begins with a zero')
  let length = 0
  for (const byte of bytes.subarray(start, end)) length = length * 256 + byte
  if (length <= longestShort) throw new DecodeError(`${length} is written as a long length`)
  return length
}

function readList(
  bytes: Uint8Array,
  { first, end }: { readonly first: number; readonly end: number },
  depth: number,
): readonly RlpItem[] {
  if (depth === 0) throw new DecodeError(`more than ${maxRlpDepth} lists within lists`)
  const items: RlpItem[] = []
  const content = bytes.subarray(0, end)
  for (let at = first; at < end;) {
    const item = readItem(content, at, depth - 1)
    items.push(item.value)
    at = item.end
  }
  return items
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
 * A number as RLP has it: the fewest bytes, at most `maxBytes`.
 *
 * @throws DecodeError for a leading zero, or too many bytes
 */
export function rlpUint(item: RlpItem | undefined, maxBytes: number): bigint {
  const bytes = rlpBytes(item)
  if (bytes.length > maxBytes) throw new DecodeError(`${bytes.length} bytes, at most ${maxBytes}`)
  if (bytes[0] === 0) throw new DecodeError('a number begins with a zero')
  return fromBigEndian(bytes)
}

/** A number as RLP has it: the fewest bytes. */
export const uintToRlp: (value: bigint) => Uint8Array = toBigEndian
