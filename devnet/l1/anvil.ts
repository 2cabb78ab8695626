import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { atExit } from '#runtime/at-exit.ts'
import { sleep, systemClock } from '#runtime/clock.ts'
import { Fault } from '#runtime/fault.ts'

/** Chain id of the L1 of a devnet. */
export const l1ChainId = 900

/** Options of an L1. */
export interface AnvilOptions {
  /** Seconds between two blocks. */
  readonly blockSeconds: number
  /** The safe block is this many blocks below the head, and the finalized block twice as many. */
  readonly safeDistance: number
  /** 0 for any free port. */
  readonly port: number
  readonly host: string
  /** File with a chain to continue, as `anvil_dumpState` returned it; undefined for a new chain. */
  readonly chainFile?: string | undefined
  /** Unix seconds of the genesis block, also of a chain that is continued. */
  readonly timestamp: number
}

/** A running L1. It serves JSON-RPC and the part of the beacon API that has the blobs. */
export interface Anvil {
  readonly url: string
  readonly pid: number
  /** Resolves when the process has ended, for any reason. */
  readonly ended: Promise<void>
  stop(): Promise<void>
}

const startTimeoutMs = 30_000
const stopTimeoutMs = 10_000

/** Most recent characters of the output that an error shows. */
const shownOutput = 500

/**
 * The program of anvil in the package of this platform.
 *
 * @throws Fault `devnet` if the package is not installed
 */
function findAnvil(): string {
  const platform = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`
  const name = `@foundry-rs/anvil-${platform}`
  const path = fileURLToPath(new URL(`../../node_modules/${name}/bin/anvil`, import.meta.url))
  if (existsSync(path)) return path
  const detail = `the L1 of the devnet is anvil, and ${name} is not installed; run npm install, or use --record`
  throw new Fault('devnet', { detail })
}

/**
 * Starts anvil, and waits until it serves.
 *
 * @throws Fault `devnet` with the last output, if anvil ends or does not serve in time
 */
export async function startAnvil(options: AnvilOptions): Promise<Anvil> {
  const { blockSeconds, chainFile, host, port, safeDistance, timestamp } = options
  const args = {
    'block-time': blockSeconds,
    'chain-id': l1ChainId,
    hardfork: 'prague',
    host,
    port,
    'slots-in-an-epoch': safeDistance,
    timestamp,
    ...(chainFile !== undefined && { 'load-state': chainFile }),
  }
  const flags = Object.entries(args).flatMap(([name, value]) => [`--${name}`, String(value)])
  // The order of the pool is that of arrival, as one account of the batcher and few users need.
  const child = spawn(findAnvil(), [...flags, '--order', 'fifo'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = Promise.race([once(child, 'exit'), once(child, 'error')]).then(() => undefined)
  const url = await listening(child, ended)
  const cancel = atExit(() => child.kill('SIGKILL'))
  void ended.then(cancel)
  return { url, pid: child.pid ?? 0, ended, stop: () => stop(child, ended) }
}

async function listening(child: ChildProcess, ended: Promise<void>): Promise<string> {
  let output = ''
  const served = new Promise<string>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-10_000)
        const [, address] = /Listening on (\S+)/u.exec(output) ?? []
        if (address !== undefined) resolve(`http://${address}`)
      })
  })
  const url = await Promise.race([served, ended, sleep(systemClock, startTimeoutMs)])
  if (typeof url === 'string') return url
  child.kill('SIGKILL')
  const detail = `anvil does not serve: ${output.slice(-shownOutput)}`
  throw new Fault('devnet', { detail })
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM')
  const isOver = await Promise.race([ended, sleep(systemClock, stopTimeoutMs)])
  if (isOver === true) child.kill('SIGKILL')
  await ended
}
