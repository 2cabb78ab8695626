import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, constants, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isSystemError } from '#runtime/fault.ts'

const atoll = fileURLToPath(new URL('../../packages/cli/atoll.js', import.meta.url))

/** A program that is stopped at several moments of its start. */
export interface StoppedProgram {
  readonly name: string
  /** The arguments of the program. @param folder a folder for its files, which does not exist yet */
  readonly args: (folder: string) => readonly string[]
  /** Whether the output shows that the program has started; undefined for a program that works until it is done. */
  readonly isUp?: (output: string) => boolean
  /** Time from when the program is up until the signal; default: 0. */
  readonly upMs?: number
  /** Exit code of a program that gets the signal after it began; `signal` if the signal itself ends it; default: 0. */
  readonly ends?: number | 'signal'
}

/** Milliseconds from the start of a program until the signal, or `up` for a signal when the program is up. */
export type Moment = number | 'up'

/** Ways to stop a program: as a terminal does, and as a supervisor does. */
const ways = [
  { signal: 'SIGINT', toGroup: true },
  { signal: 'SIGTERM', toGroup: false },
] as const

/** How long a killed process may take to disappear. */
const disappearMs = 300

/** How long a program may take to start. */
const startMs = 30_000

/** Milliseconds between the moments of a long test run; 0 for a quick test run. */
const stepMs = Number(process.env['ATOLL_SIGNAL_STEP_MS'] ?? 0)

/**
 * Longest time from the signal to the end of the program. A quick test run allows more than a second, because other
 * tests run beside it. Supervisors kill a program after 10 s.
 */
const longestMs = stepMs === 0 ? 6_000 : 1_500

/** Stops a program at the given moments, or in a long test run at each step of its start, and checks how it ends. */
export async function stopThroughout(
  program: StoppedProgram,
  moments: readonly Moment[],
): Promise<void> {
  if (stepMs === 0) {
    await Promise.all(moments.map((moment, at) => stopAt(program, moment, at)))
    return
  }
  if (program.isUp !== undefined) await stopAt(program, 'up', 0)
  let ups = 0
  for (let at = 1; ups < 2; at++) {
    const state = await stopAt(program, (at - 1) * stepMs, at)
    if (state === 'ended') return
    ups += state === 'up' ? 1 : 0
  }
}

/**
 * Stops a program at a moment. Checks how it ends, and that it leaves no process and no temporary folder.
 *
 * @returns the state of the program at the moment
 */
async function stopAt(
  program: StoppedProgram,
  moment: Moment,
  at: number,
): Promise<'starting' | 'up' | 'ended'> {
  const { signal, toGroup } = ways[at % ways.length] ?? ways[0]
  const home = mkdtempSync(join(tmpdir(), 'atoll-signal-'))
  try {
    const run = start(program, home)
    const where = () => `${program.name}, ${signal} at ${moment}: ${run.output().slice(-2_000)}`
    if (!(await untilMoment(run, program, moment))) return 'ended'
    const state = program.isUp?.(run.output()) === true ? 'up' : 'starting'
    const hadBegun = run.output() !== '' || readdirSync(home).length > 1
    const askedMs = performance.now()
    process.kill(toGroup ? -run.pid : run.pid, signal)
    const ended = await Promise.race([run.ended, setTimeout(10_000, undefined, { ref: false })])
    const tookMs = performance.now() - askedMs
    if (ended === undefined) killAll(home)
    assert.ok(ended !== undefined, `not ended after 10 s: ${where()}`)
    assert.ok(tookMs < longestMs * slowness(), `ended after ${Math.round(tookMs)} ms: ${where()}`)
    const { ends = 0 } = program
    const how = ended.signal === signal ? 'signal' : ended.code
    // The signal itself ends a program that has not begun. A program that ends by itself may end before the signal.
    const mayEnd = hadBegun ? [ends] : [ends, 'signal']
    if (ends === 'signal') mayEnd.push(0)
    assert.ok(mayEnd.includes(how ?? 'another signal'), `ended with ${how}: ${where()}`)
    await checkLeft(home, where)
    return state
  } finally {
    killAll(home)
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  }
}

/** The factor by which other processes slow this machine. */
function slowness(): number {
  return Math.max(1, (loadavg()[0] ?? 0) / availableParallelism())
}

interface Run {
  readonly pid: number
  readonly child: ChildProcess
  readonly output: () => string
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
}

function start({ args }: StoppedProgram, home: string): Run {
  mkdirSync(temporary(home))
  const env = { PATH: process.env['PATH'], HOME: home, TMPDIR: temporary(home) }
  const child = spawn(process.execPath, [atoll, ...args(join(home, 'folder'))], {
    detached: true,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (output += text.toString()))
  const ended = once(child, 'exit').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as string | null,
  }))
  return { pid: child.pid ?? 0, child, output: () => output, ended }
}

/** @returns false if the program has ended before */
async function untilMoment(
  { child, ended, output }: Run,
  { isUp, upMs = 0 }: StoppedProgram,
  moment: Moment,
): Promise<boolean> {
  const isRunning = () => child.exitCode === null && child.signalCode === null
  if (moment !== 'up') await Promise.race([ended, setTimeout(moment, undefined, { ref: false })])
  else {
    const deadlineMs = performance.now() + startMs
    while (isUp?.(output()) !== true) {
      assert.ok(isRunning() && performance.now() < deadlineMs, `does not start: ${output()}`)
      await setTimeout(10)
    }
    await setTimeout(upMs)
  }
  return isRunning()
}

function temporary(home: string): string {
  return join(home, 'tmp')
}

async function checkLeft(home: string, where: () => string): Promise<void> {
  const deadlineMs = performance.now() + disappearMs
  while (processesOf(home).length > 0 && performance.now() < deadlineMs) await setTimeout(20)
  const left = processesOf(home).map(({ command }) => command)
  assert.deepEqual(left, [], `processes left: ${where()}`)
  assert.deepEqual(readdirSync(temporary(home)), [], `folders left: ${where()}`)
  const folder = join(home, 'folder')
  const unfinished = readdirSync(home).filter((name) => name.startsWith('.folder-unfinished'))
  assert.deepEqual(unfinished, [], `${folder}: ${where()}`)
}

/** All processes whose environment has the test's folder for temporary files, in any process group. */
function processesOf(home: string): readonly { readonly pid: number; readonly command: string }[] {
  const mark = `TMPDIR=${temporary(home)}\0`
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/u.test(name)) return []
    try {
      if (!readFileSync(`/proc/${name}/environ`, 'utf8').includes(mark)) return []
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
      // A process that has ended and is not reaped yet has no command line.
      return command === '' ? [] : [{ pid: Number(name), command }]
    } catch (error) {
      // The process has ended, or belongs to another user.
      if (isSystemError(error) && ['ENOENT', 'ESRCH', 'EACCES'].includes(error.code)) return []
      throw error
    }
  })
}

function killAll(home: string): void {
  for (const { pid } of processesOf(home)) {
    try {
      process.kill(pid, constants.signals.SIGKILL)
    } catch (error) {
      if (!isSystemError(error) || error.code !== 'ESRCH') throw error
    }
  }
}
