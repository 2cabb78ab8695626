import { blobBytes, maxBlobDataBytes } from '#protocol/channel/blob.ts'

/** Four field elements carry 127 bytes of data. */
const groupBytes = 128
const groupDataBytes = 127

/** Number of bytes for the version and the length of the data. */
const headBytes = 4

/**
 * Encodes data as a blob.
 *
 * @throws RangeError if the data do not fit a blob
 */
export function encodeBlob(data: Uint8Array): Uint8Array {
  if (data.length > maxBlobDataBytes) throw new RangeError(`${data.length} bytes do not fit a blob`)
  const blob = new Uint8Array(blobBytes)
  const bytes = new Uint8Array((blobBytes / groupBytes) * groupDataBytes)
  bytes.set([0, data.length >> 16, (data.length >> 8) & 0xff, data.length & 0xff])
  bytes.set(data, headBytes)
  for (let group = 0; group * groupDataBytes < headBytes + data.length; group++)
    splitGroup(bytes.subarray(group * groupDataBytes), blob.subarray(group * groupBytes))
  return blob
}

function splitGroup(bytes: Uint8Array, group: Uint8Array): void {
  const x = bytes[31] ?? 0
  const y = bytes[63] ?? 0
  const z = bytes[95] ?? 0
  group.set(bytes.subarray(0, 31), 1)
  group.set(bytes.subarray(32, 63), 33)
  group.set(bytes.subarray(64, 95), 65)
  group.set(bytes.subarray(96, 127), 97)
  group[0] = x & 0x3f
  group[32] = (y & 0x0f) | ((x & 0xc0) >> 2)
  group[64] = z & 0x3f
  group[96] = ((z & 0xc0) >> 2) | ((y & 0xf0) >> 4)
}
