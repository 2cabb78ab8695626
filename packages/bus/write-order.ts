/** Orders the writes of a state across restarts of its writer and losses of the store. */
export interface WriteOrder {
  /** When the writer started, in Unix milliseconds; more than that of any writer before it. */
  readonly epochMs: number
  /** Grows by one with each write, from 1. */
  readonly count: number
}

/** As it stands in a header. */
export function formatWriteOrder({ epochMs, count }: WriteOrder): string {
  return `${epochMs}.${count}`
}

/** The reverse of `formatWriteOrder`; undefined for anything else. */
export function parseWriteOrder(text: string | undefined): WriteOrder | undefined {
  const match = /^(\d{1,15})\.(\d{1,15})$/.exec(text ?? '')
  return match === null ? undefined : { epochMs: Number(match[1]), count: Number(match[2]) }
}

/** Negative if `a` was written before `b`, positive if after, 0 if they are one write. */
export function compareWriteOrder(a: WriteOrder, b: WriteOrder): number {
  return a.epochMs === b.epochMs ? a.count - b.count : a.epochMs - b.epochMs
}
