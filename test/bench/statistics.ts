/** Summary of measurements. */
export interface Summary {
  readonly samples: number
  readonly median: number
  readonly p99: number
}

/** @throws RangeError if there is nothing to summarise */
export function summarise(values: readonly number[]): Summary {
  const sorted = values.toSorted((left, right) => left - right)
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
  const [median, p99] = [at(0.5), at(0.99)]
  if (median === undefined || p99 === undefined) throw new RangeError('no measurements')
  return { samples: sorted.length, median, p99 }
}
