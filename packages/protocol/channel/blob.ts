import { DecodeError } from '#protocol/codec/decode-error.ts'
import { areSameBytes } from '#protocol/codec/same-bytes.ts'

/** Bytes of a blob: 4,096 field elements of 32. Spec: EIP-4844 */
export const blobBytes = 131_072

// Rule limit-blob: A blob carries 130,044 bytes of data. Spec: derivation.md#blob-encoding, op-service/eth/blob.go
/** Data that one blob can carry. Spec: protocol/derivation.md#blob-encoding */
export const maxBlobDataBytes = 130_044

/** Four field elements carry 127 bytes: 31 each, and three bytes that are split over the four top bytes. */
const groupBytes = 128
const groupDataBytes = 127

/** Bytes of the version and the length, which precede the data. */
const headBytes = 4

// Rule blob-encoding: A blob encodes a version, a length and its data; the bytes after the data are zero.
// Spec: derivation.md#blob-encoding, op-service/eth/blob.go
/**
 * Decodes the data of a blob.
 *
 * @returns a view into a new buffer
 * @throws DecodeError for another version, a length above the limit, top bits that are set, or bytes other than zero
 * after the data. As in op-node, the top bits of the first field element are not checked.
 * Spec: protocol/derivation.md#blob-encoding
 */
export function decodeBlob(blob: Uint8Array): Uint8Array {
  if (blob.length !== blobBytes) throw new DecodeError(`a blob of ${blob.length} bytes`)
  const [, version = 0, high = 0, middle = 0, low = 0] = blob
  if (version !== 0) throw new DecodeError(`a blob of version ${version}`)
  const length = high * 65_536 + middle * 256 + low
  if (length > maxBlobDataBytes) throw new DecodeError(`a blob with ${length} bytes of data`)

  // The first group is read even if the blob has no data.
  const groups = Math.max(1, Math.ceil((headBytes + length) / groupDataBytes))
  // Copies any kind of array: `slice` of a Node Buffer would return a view.
  const bytes = new Uint8Array(blob.subarray(0, groups * groupBytes))
  for (let group = 0; group < groups; group++) joinGroup(bytes, group)

  const end = headBytes + length
  if (!isZero(bytes.subarray(end, groups * groupDataBytes)))
    throw new DecodeError('a blob has data after its declared length')
  if (!isZero(blob.subarray(groups * groupBytes)))
    throw new DecodeError('a blob has nonzero bytes after the field elements of its data')
  return bytes.subarray(headBytes, end)
}

/**
 * Moves the data of a group to its place in the output. `copyWithin` takes half the time of a loop, or a third while
 * the code is cold. Data moves towards the front only, so the following groups stay intact.
 */
function joinGroup(bytes: Uint8Array, group: number): void {
  const from = group * groupBytes
  const to = group * groupDataBytes
  const a = bytes[from] ?? 0
  const b = bytes[from + 32] ?? 0
  const c = bytes[from + 64] ?? 0
  const d = bytes[from + 96] ?? 0
  if (((group === 0 ? 0 : a) | b | c | d) & 0xc0)
    throw new DecodeError(`a field element of group ${group} is too large`)
  bytes.copyWithin(to, from + 1, from + 32)
  bytes.copyWithin(to + 32, from + 33, from + 64)
  bytes.copyWithin(to + 64, from + 65, from + 96)
  bytes.copyWithin(to + 96, from + 97, from + 128)
  bytes[to + 31] = (a & 0x3f) | ((b & 0x30) << 2)
  bytes[to + 63] = (b & 0x0f) | ((d & 0x0f) << 4)
  bytes[to + 95] = (c & 0x3f) | ((d & 0x30) << 2)
}

const zeros = new Uint8Array(blobBytes)

function isZero(bytes: Uint8Array): boolean {
  return areSameBytes(bytes, zeros.subarray(0, bytes.length))
}
