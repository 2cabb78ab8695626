/** Bytes that do not parse as what they should be. Caught by the stage or subscription that knows to skip them. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
}
