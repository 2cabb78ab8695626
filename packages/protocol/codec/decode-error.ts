/** Thrown for malformed bytes, and caught by the stage or subscription that can skip them. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
}
