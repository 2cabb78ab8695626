/** Output is collected in chunks of this size: from 16 KB to 2 MB it makes no difference, above it varies. */
export const outputChunkBytes = 1 << 20

const tooLarge = 'ERR_BUFFER_TOO_LARGE'

const refusals: ReadonlySet<unknown> = new Set([
  'Z_DATA_ERROR',
  'Z_BUF_ERROR',
  'Z_NEED_DICT',
  tooLarge,
])

/** Whether `node:zlib` threw because of the data or the limit, and not for lack of memory or our mistake. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  const { code } = error
  // Brotli's reasons are many: all that name the format.
  return refusals.has(code) || (typeof code === 'string' && code.startsWith('ERR__ERROR_FORMAT_'))
}

/** Whether it threw because of the limit: what comes after it was not looked at. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === tooLarge
}

/** A plain view: `slice` of Node's own kind of array does not copy. */
export function toUint8Array({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
