import { readdirSync, readFileSync } from 'node:fs'
import { isSystemError } from '#runtime/fault.ts'

/** A process of a devnet. */
export interface OwnProcess {
  readonly pid: number
  /** Such as `node-1 engine`; undefined for this process. */
  readonly name: string | undefined
}

/** This process and its descendants. */
export function ownProcesses(): readonly OwnProcess[] {
  const pids = readdirSync('/proc').flatMap((name) => (/^\d+$/u.test(name) ? [Number(name)] : []))
  const parents = new Map(pids.map((pid) => [pid, parentOf(pid)]))
  const isOwn = (pid: number): boolean => {
    const parent = parents.get(pid)
    return pid === process.pid || (parent !== undefined && isOwn(parent))
  }
  return pids.filter((pid) => isOwn(pid)).map((pid) => ({ pid, name: nameOf(pid) }))
}

/** A file of a process in `/proc`; empty if the process has ended. */
export function processFile(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch (error) {
    if (isSystemError(error)) return ''
    throw error
  }
}

function parentOf(pid: number): number {
  return Number(/PPid:\s+(\d+)/u.exec(processFile(pid, 'status'))?.[1] ?? 0)
}

/** The name of a process by its command line, and by the settings of a service, which are environment variables. */
function nameOf(pid: number): string | undefined {
  if (pid === process.pid) return undefined
  const command = processFile(pid, 'cmdline').replaceAll('\0', ' ')
  const [node = ''] = /node-\d/u.exec(`${command} ${processFile(pid, 'environ')}`) ?? []
  const [, service] = /atoll\.js service (\S+)/u.exec(command) ?? []
  const known = ['anvil', 'nats-server', 'execution-client'].find((each) => command.includes(each))
  return `${node} ${service ?? known ?? command.slice(0, 40)}`.trim()
}
