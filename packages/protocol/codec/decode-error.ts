/** Malformed bytes. Caught by the stage or subscription that can skip them. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
}
