const units = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['ns', 1e-6],
] as const

const unitMs = new Map<string, number>(units)

/**
 * Parses a duration in Go's form, such as `12s` or `1m30s`: numbers, each with its unit. Only 0 may have no unit.
 *
 * @returns milliseconds; undefined if the text is not a duration, or if the duration is negative
 */
export function parseGoDuration(text: string): number | undefined {
  if (text === '0') return 0
  const parts = [...text.matchAll(/(\d+\.?\d*|\.\d+)(ms|us|µs|ns|s|m|h)/gu)]
  if (text === '' || parts.map(([part]) => part).join('') !== text) return undefined
  return parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * (unitMs.get(unit ?? '') ?? 0),
    0,
  )
}

/** Formats whole milliseconds in Go's form, in the largest unit that needs no fraction, such as `90s`. */
export function toGoDuration(durationMs: number): string {
  if (durationMs === 0) return '0s'
  const [unit, size] = units.find(([, ms]) => durationMs % ms === 0) ?? ['ms', 1]
  return `${durationMs / size}${unit}`
}
