import type { PipelineEvent } from '#protocol/pipeline/pipeline.ts'

/** Coverage of a run: a rule that no case reaches is not tested. */
export class Coverage {
  readonly #events = new Map<string, number>()
  readonly #cases = new Map<string, number>()
  #blocks = 0
  #runs = 0

  /** Counts a reason for dropped data. */
  readonly count = ({ what, reason }: PipelineEvent): void => {
    add(this.#events, `${what}: ${reason}`)
  }

  /** Counts the kinds of events in a case. */
  addCase(lines: readonly string[]): void {
    this.#runs++
    const seen = new Set<string>()
    for (const line of lines) {
      const [word = ''] = line.split(' ', 1)
      if (word === 'block') this.#blocks++
      seen.add(word === 'reset' || word === 'critical' ? line.replace('# ', '') : word)
      if (line.endsWith(' replaced')) seen.add('replaced')
      if (line.startsWith('block') && !line.includes(' last')) seen.add('within a span')
    }
    if (!seen.has('block')) seen.add('no block')
    for (const word of seen) add(this.#cases, word)
  }

  /** A table for the reader. */
  toString(): string {
    const rows = [
      `${this.#runs} cases, ${this.#blocks} blocks, ${this.#events.size} reasons`,
      ...table('cases with', this.#cases),
      ...table('dropped', this.#events),
    ]
    return rows.join('\n')
  }
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

function table(title: string, counts: ReadonlyMap<string, number>): readonly string[] {
  const rows = [...counts].toSorted(([, left], [, right]) => right - left)
  return [`${title}:`, ...rows.map(([name, count]) => `${String(count).padStart(9)}  ${name}`)]
}
