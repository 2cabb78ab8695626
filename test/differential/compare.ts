/** The first difference between the outputs of Atoll's pipeline and of op-node's pipeline. */
export interface Parting {
  /** Index among the compared lines. */
  readonly step: number
  readonly atoll: string
  readonly opNode: string
}

/** The first line that differs. Text after a # is for readers only, and is not compared. */
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
