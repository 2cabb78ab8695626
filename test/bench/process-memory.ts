import { readFileSync } from 'node:fs'
import { isSystemError } from '#runtime/fault.ts'

/** Memory of a process in megabytes. */
export interface ProcessMemory {
  /** Such as `node-1 engine`. */
  readonly name: string
  readonly rssMb: number
  readonly mostMb: number
}

/** Memory of processes, sorted by name. A process that has ended is omitted. */
export function memoryOf(pids: ReadonlyMap<string, number>): readonly ProcessMemory[] {
  return [...pids]
    .flatMap(([name, pid]) => {
      const status = statusOf(pid)
      const megabytes = (field: string) =>
        Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`, 'u').exec(status)?.[1] ?? 0) / 1_024)
      const [rssMb, mostMb] = [megabytes('VmRSS'), megabytes('VmHWM')]
      return rssMb === 0 ? [] : [{ name, rssMb, mostMb }]
    })
    .toSorted((left, right) => left.name.localeCompare(right.name))
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch (error) {
    if (isSystemError(error)) return ''
    throw error
  }
}
