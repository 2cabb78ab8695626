/** Orders the writes of a state, even across restarts of its writer and losses of the store. */
export interface WriteOrder {
  /** Start of the writer in Unix milliseconds; greater than the start of any earlier writer. */
  readonly epochMs: number
  /** Counts writes from 1. */
  readonly count: number
}

/** Formats a write order for a header. */
export function formatWriteOrder({ epochMs, count }: WriteOrder): string {
  return `${epochMs}.${count}`
}

/** Parses the output of `formatWriteOrder`; undefined for any other text. */
export function parseWriteOrder(text: string | undefined): WriteOrder | undefined {
  const match = /^(\d{1,15})\.(\d{1,15})$/.exec(text ?? '')
  return match === null ? undefined : { epochMs: Number(match[1]), count: Number(match[2]) }
}

/** Negative if `a` was written before `b`, positive if after, 0 for the same write. */
export function compareWriteOrder(a: WriteOrder, b: WriteOrder): number {
  return a.epochMs === b.epochMs ? a.count - b.count : a.epochMs - b.epochMs
}
