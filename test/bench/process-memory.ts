import { ownProcesses, processFile } from '#test/devnet/own-processes.ts'

/** Memory of a process in megabytes. */
export interface ProcessMemory {
  /** Such as `node-1 engine`. */
  readonly name: string
  readonly rssMb: number
  readonly mostMb: number
}

/** Memory of the processes of a devnet that runs in this process. */
export function memoryOfDevnet(): readonly ProcessMemory[] {
  return ownProcesses()
    .flatMap(({ pid, name = 'batcher, beacon API, sender' }) => {
      const status = processFile(pid, 'status')
      const megabytes = (field: string) =>
        Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`, 'u').exec(status)?.[1] ?? 0) / 1_024)
      const [rssMb, mostMb] = [megabytes('VmRSS'), megabytes('VmHWM')]
      // A process that has ended has no memory.
      return rssMb === 0 ? [] : [{ name, rssMb, mostMb }]
    })
    .toSorted((left, right) => left.name.localeCompare(right.name))
}
