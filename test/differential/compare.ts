/** Where the two sides part. */
export interface Parting {
  /** Index among the lines that count. */
  readonly step: number
  readonly atoll: string
  readonly opNode: string
}

/** The first line that is not the same; what follows a # is for the reader only. */
export function partingOf(
  atoll: readonly string[],
  opNode: readonly string[],
): Parting | undefined {
  const [left, right] = [counting(atoll), counting(opNode)]
  const length = Math.max(left.length, right.length)
  for (let step = 0; step < length; step++)
    if (bare(left[step]) !== bare(right[step]))
      return { step, atoll: left[step] ?? 'nothing', opNode: right[step] ?? 'nothing' }
  return undefined
}

function counting(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => !line.startsWith('#'))
}

function bare(line: string | undefined): string | undefined {
  return line?.replace(/ #.*$/, '')
}
