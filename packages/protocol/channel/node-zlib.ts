/** Output is collected in chunks of this size. Speed is the same from 16 KB to 2 MB and varies above. */
export const outputChunkBytes = 1 << 20

const tooLarge = 'ERR_BUFFER_TOO_LARGE'

const refusals: ReadonlySet<unknown> = new Set([
  'Z_DATA_ERROR',
  'Z_BUF_ERROR',
  'Z_NEED_DICT',
  tooLarge,
])

/** Whether `node:zlib` threw because of the data or the limit, rather than for lack of memory or wrong use. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  const { code } = error
  // Brotli has many codes for malformed data. All of them start with `ERR__ERROR_FORMAT_`.
  return refusals.has(code) || (typeof code === 'string' && code.startsWith('ERR__ERROR_FORMAT_'))
}

/** Whether `node:zlib` threw because the output exceeds the limit; the rest of the input was not read. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === tooLarge
}

/** The same memory as a plain `Uint8Array`, since `slice` of a Node Buffer does not copy. */
export function toUint8Array({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
