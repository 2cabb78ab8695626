const modulus = 65_521

/** Number of bytes that can be summed before the sums must be reduced. */
const stride = 3_800

/** The checksum of zlib. Spec: RFC 1950, 8.2 */
export function adler32(bytes: Uint8Array): number {
  let a = 1
  let b = 0
  for (let start = 0; start < bytes.length; start += stride) {
    for (const byte of bytes.subarray(start, start + stride)) {
      a += byte
      b += a
    }
    a %= modulus
    b %= modulus
  }
  return b * 65_536 + a
}
