/** The result of decompressing a channel. */
export interface Decompressed {
  /** The output before the end, the limit or the first flaw, whichever came first. */
  readonly bytes: Uint8Array
  readonly end: 'complete' | 'over-limit' | 'truncated' | 'corrupt'
  /**
   * Offset of the last piece of output, if op-node's decompressor returns this piece together with an error. Whether
   * op-node uses the piece depends on the sizes of op-node's reads. Undefined if the error is returned without data.
   */
  readonly flawedFrom: number | undefined
}
