import { type ChildProcess, spawn } from 'node:child_process'
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
  /** Flag of the command that sets the port. */
  readonly portFlag: string
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
  /** Rejects with the last output when the process ends by itself. */
  readonly failed: Promise<never>
  stop(): Promise<void>
}

const startTimeoutMs = 30_000
const stopTimeoutMs = 10_000

/** Most recent characters of the output: those that are kept, and those that an error shows. */
const [keptOutput, shownOutput] = [10_000, 500]

/**
 * The program of anvil in the package of this platform.
 *
 * @throws Fault `devnet-part` if the package is not installed
 */
function findAnvil(): string {
  const platform = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`
  const name = `@foundry-rs/anvil-${platform}`
  const path = fileURLToPath(new URL(`../../node_modules/${name}/bin/anvil`, import.meta.url))
  if (existsSync(path)) return path
  const detail = `the L1 of the devnet is anvil, and ${name} is not installed; run npm install, or use --record`
  throw new Fault('devnet-part', { detail })
}

/**
 * Starts anvil, and waits until it serves.
 *
 * @throws Fault `rpc-port` if another process has the port; `devnet-part` with the last output, if anvil ends or does
 * not serve in time
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
    // Old states are not written to disk, which a long run would fill.
    'max-persisted-states': 0,
    timestamp,
    ...(chainFile !== undefined && { 'load-state': chainFile }),
  }
  const flags = Object.entries(args).flatMap(([name, value]) => [`--${name}`, String(value)])
  // The order of the pool is that of arrival, as one account of the batcher and few users need.
  const child = spawn(findAnvil(), [...flags, '--order', 'fifo'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A terminal does not send its signals to anvil, which is stopped last.
    detached: true,
  })
  const cancel = atExit(() => child.kill('SIGKILL'))
  const output = new LastOutput(child)
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', ({ message }) => {
      output.add(message)
      resolve()
    })
  })
  void ended.then(cancel)
  const url = await within(
    Promise.race([output.address, ended.then(() => undefined)]),
    startTimeoutMs,
  )
  if (url === undefined) {
    child.kill('SIGKILL')
    throw startFault(output.text, options)
  }
  let isStopping = false
  const failed = ended.then((): Promise<never> => {
    // A process that was stopped never fails.
    if (isStopping) return new Promise<never>(() => undefined)
    throw new Fault('devnet-part', { detail: `the L1 ended: ${output.text}` })
  })
  // eslint-disable-next-line atoll/use-rejection -- the caller handles the rejection through `failed`
  failed.catch(() => undefined)
  const stop = async () => {
    isStopping = true
    child.kill('SIGTERM')
    const isOver = await within(
      ended.then(() => true),
      stopTimeoutMs,
    )
    if (isOver === undefined) child.kill('SIGKILL')
    await ended
  }
  return { url, pid: child.pid ?? 0, ended, failed, stop }
}

/** The last output of anvil, and the address in it. */
class LastOutput {
  readonly #address = Promise.withResolvers<string>()
  #text = ''

  constructor(child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => this.add(text))
  }

  /** Resolves when anvil serves. */
  get address(): Promise<string> {
    return this.#address.promise
  }

  get text(): string {
    return this.#text.slice(-shownOutput).trim()
  }

  add(text: string): void {
    this.#text = (this.#text + text).slice(-keptOutput)
    const [, address] = /Listening on (\S+)/u.exec(this.#text) ?? []
    if (address !== undefined) this.#address.resolve(`http://${address}`)
  }
}

function startFault(output: string, { host, port, portFlag }: AnvilOptions): Fault {
  if (output.includes('Address already in use')) {
    const detail = `cannot serve the L1 on ${host}:${port}: another process has this port; choose another with ${portFlag}`
    return new Fault('rpc-port', { detail })
  }
  return new Fault('devnet-part', { detail: `anvil does not serve: ${output}` })
}

/** The value of a promise; undefined if it takes longer than a time. No timer is left when the promise is first. */
async function within<Value>(promise: Promise<Value>, ms: number): Promise<Value | undefined> {
  const over = new AbortController()
  try {
    return await Promise.race([promise, sleep(systemClock, ms, over.signal).then(() => undefined)])
  } finally {
    over.abort()
  }
}
