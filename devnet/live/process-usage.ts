import { readdir, readFile } from 'node:fs/promises'
import { isSystemError } from '#runtime/fault.ts'

/** Memory and open files of a process at one moment. */
interface Sample {
  readonly residentBytes: number
  readonly files: number
}

/** Memory and open files of a process over a run. Early is the second quarter of the run, late its last quarter. */
export interface ProcessUsage {
  /** Megabytes of resident memory; early and late are medians. */
  readonly memoryMb: { readonly early: number; readonly late: number; readonly most: number }
  /** Number of open files; early and late are medians. */
  readonly files: { readonly early: number; readonly late: number; readonly most: number }
}

/** Limit on the samples of a process. */
const maxSamples = 2_000

const [pageBytes, megabyte] = [4_096, 1_000_000]

/** Samples the memory and the open files of processes. Linux only: elsewhere there are no samples. */
export class UsageSamples {
  readonly #samples = new Map<string, Sample[]>()

  /** Adds a sample of each process, by name. */
  async add(pids: ReadonlyMap<string, number>): Promise<void> {
    for (const [name, pid] of pids) {
      const sample = await sampleOf(pid)
      if (sample === undefined) continue
      const samples = this.#samples.get(name)
      if (samples === undefined) this.#samples.set(name, [sample])
      else this.#samples.set(name, thinned([...samples, sample]))
    }
  }

  /** The usage of each process, by name. */
  summary(): ReadonlyMap<string, ProcessUsage> {
    const usages = [...this.#samples].map(([name, samples]) => {
      const memoryMb = overRun(samples.map((each) => Math.round(each.residentBytes / megabyte)))
      return [name, { memoryMb, files: overRun(samples.map(({ files }) => files)) }] as const
    })
    return new Map(usages)
  }
}

/** Every second sample if there are too many. */
function thinned(samples: Sample[]): Sample[] {
  return samples.length < maxSamples ? samples : samples.filter((_, at) => at % 2 === 0)
}

function overRun(values: readonly number[]): ProcessUsage['files'] {
  const quarter = values.length / 4
  return {
    early: median(values.slice(Math.floor(quarter), Math.ceil(2 * quarter))),
    late: median(values.slice(Math.floor(3 * quarter))),
    most: Math.max(...values),
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

/** @returns undefined if the process has ended */
async function sampleOf(pid: number): Promise<Sample | undefined> {
  try {
    const statm = await readFile(`/proc/${pid}/statm`, 'utf8')
    const files = await readdir(`/proc/${pid}/fd`)
    return { residentBytes: Number(statm.split(' ')[1]) * pageBytes, files: files.length }
  } catch (error) {
    if (isSystemError(error)) return undefined
    throw error
  }
}
