/** What came out of a compressed channel. */
export interface Decompressed {
  /** All that was decompressed before the end, the limit or the flaw, whichever came first. */
  readonly bytes: Uint8Array
  readonly end: 'complete' | 'over-limit' | 'truncated' | 'corrupt'
  /**
   * Where the last piece begins that op-node's decompressor hands out, if it hands it out together with an error:
   * it depends on how the piece is read whether op-node then uses it. Undefined if the error comes by itself.
   */
  readonly flawedFrom: number | undefined
}
