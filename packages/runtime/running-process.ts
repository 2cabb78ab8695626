import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { isSystemError } from './fault.ts'

/** A process, as it is stored in a file. */
export interface StoredProcess {
  readonly pid: number
  /** What `startOf` said of it; undefined if that was not known. */
  readonly start: string | undefined
}

/**
 * When a process began, as a text that no other process with its id has, also after a reboot.
 *
 * @returns undefined if the process has ended, or this system does not say when it began
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
 * Whether a process still runs. Process ids are reused: another process with its id does not count, if this system
 * says when that began.
 */
export function isRunning({ pid, start }: StoredProcess): boolean {
  if (!isAlive(pid)) return false
  // A process that ended and was not waited for has its id until then.
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
