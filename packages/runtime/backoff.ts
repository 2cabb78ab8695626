/** Pauses between tries. Each pause is twice as long as the pause before it, up to the longest pause. */
export interface Backoff {
  readonly firstMs: number
  readonly longestMs: number
}

/** The pause before the next try. @param tries number of earlier pauses; 0 gives the first pause */
export function backoffMs({ firstMs, longestMs }: Backoff, tries: number): number {
  return Math.min(firstMs * 2 ** tries, longestMs)
}
