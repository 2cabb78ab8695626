/** The result of decompressing a channel. */
export interface Decompressed {
  /** The output before the end, the limit or the first flaw, whichever came first. */
  readonly bytes: Uint8Array
  readonly end: 'complete' | 'over-limit' | 'truncated' | 'corrupt'
  /**
   * Offset of the last piece that op-node's decompressor returns, if it returns it together with an error:
   * whether op-node uses that piece depends on how it reads it. Undefined if the error is returned without data.
   */
  readonly flawedFrom: number | undefined
}
