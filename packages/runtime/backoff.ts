/** Pauses between tries that double from the first to the longest. */
export interface Backoff {
  readonly firstMs: number
  readonly longestMs: number
}

/** How long to wait after a number of failed tries. @param tries from 0: after none, the first pause */
export function backoffMs({ firstMs, longestMs }: Backoff, tries: number): number {
  return Math.min(firstMs * 2 ** tries, longestMs)
}
