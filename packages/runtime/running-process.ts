import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { isSystemError } from './fault.ts'

/** A process, as it is stored in a file. */
export interface StoredProcess {
  readonly pid: number
  /** The result of `startOf` when the process was stored; undefined if the start was not known. */
  readonly start: string | undefined
}

/**
 * The start of a process, as a text. Another process with the same id has another text, also after a reboot.
 *
 * @returns undefined if the process has ended, or if this system does not report when it began
 */
export function startOf(pid: number): string | undefined {
  if (process.platform === 'linux') return linuxProcess(pid)?.start
  const { status, stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
  })
  return status === 0 ? stdout.trim() : undefined
}

/**
 * Whether a process still runs. Process ids are reused, so another process may have its id. This is detected if the
 * system reports when the other process began.
 */
export function isRunning({ pid, start }: StoredProcess): boolean {
  if (!isAlive(pid)) return false
  // A zombie, an ended process for which its parent has not waited, still has its id.
  if (process.platform === 'linux' && linuxProcess(pid)?.hasEnded === true) return false
  if (start === undefined) return true
  const now = startOf(pid)
  return now === undefined || now === start
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

interface LinuxProcess {
  readonly start: string
  readonly hasEnded: boolean
}

/** States of a process that has ended: zombie, and dead. */
const endedStates: readonly (string | undefined)[] = ['Z', 'X']

/** Fields of `/proc/PID/stat` after the name of the program, which may have any characters. */
const stateField = 0
const startField = 19

function linuxProcess(pid: number): LinuxProcess | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The start is counted from the boot.
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return {
      start: `${boot}/${fields[startField]}`,
      hasEnded: endedStates.includes(fields[stateField]),
    }
  } catch (error) {
    if (isSystemError(error)) return undefined
    throw error
  }
}
