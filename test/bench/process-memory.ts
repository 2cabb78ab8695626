import { readdirSync, readFileSync } from 'node:fs'
import { isSystemError } from '#runtime/fault.ts'

/** Memory of a process in megabytes. */
export interface ProcessMemory {
  /** Such as `node-1 engine`. */
  readonly name: string
  readonly rssMb: number
  readonly mostMb: number
}

/** Memory of this process, which has batcher, beacon API and supervisors of a devnet, and of its descendants. */
export function memoryOfDevnet(): readonly ProcessMemory[] {
  const parents = new Map(allProcesses().map((pid) => [pid, parentOf(pid)]))
  const isOurs = (pid: number): boolean =>
    pid === process.pid || (parents.has(pid) && isOurs(parents.get(pid) ?? 0))
  return [...parents.keys()]
    .filter((pid) => isOurs(pid))
    .flatMap((pid) => {
      const status = read(pid, 'status')
      const megabytes = (field: string) =>
        Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`, 'u').exec(status)?.[1] ?? 0) / 1_024)
      // A process that has ended has no memory.
      if (megabytes('VmRSS') === 0) return []
      return [{ name: nameOf(pid), rssMb: megabytes('VmRSS'), mostMb: megabytes('VmHWM') }]
    })
    .toSorted((left, right) => left.name.localeCompare(right.name))
}

function allProcesses(): readonly number[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/u.test(name) ? [Number(name)] : []))
}

function parentOf(pid: number): number {
  return Number(/PPid:\s+(\d+)/u.exec(read(pid, 'status'))?.[1] ?? 0)
}

/** The name of a process by its command line, and by the settings of a service, which are environment variables. */
function nameOf(pid: number): string {
  if (pid === process.pid) return 'batcher, beacon API, supervisors'
  const command = read(pid, 'cmdline').replaceAll('\0', ' ')
  const [node = ''] = /node-\d/u.exec(`${command} ${read(pid, 'environ')}`) ?? []
  const [, service] = /atoll\.js service (\S+)/u.exec(command) ?? []
  const known = ['anvil', 'nats-server', 'execution-client'].find((each) => command.includes(each))
  return `${node} ${service ?? known ?? command.slice(0, 40)}`.trim()
}

/** A file of a process; empty if the process has ended. */
function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch (error) {
    if (isSystemError(error)) return ''
    throw error
  }
}
