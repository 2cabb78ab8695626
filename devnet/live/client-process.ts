import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { atExit } from '#runtime/at-exit.ts'
import { sleep, systemClock } from '#runtime/clock.ts'
import { Fault } from '#runtime/fault.ts'
import { unlessAborted } from '#runtime/unless-aborted.ts'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'

/** Options of an execution client in a process of its own. */
export interface ClientProcessOptions {
  readonly genesis: string
  readonly jwtSecretFile: string
  readonly dataDir: string
  readonly enginePort: number
  readonly rpcPort: number
  readonly signal: AbortSignal
}

/** A running execution client. */
export interface ClientProcess {
  readonly engineUrl: string
  readonly rpcUrl: string
  readonly pid: number
  /** Rejects when the process ends by itself. */
  readonly failed: Promise<never>
  stop(): Promise<void>
}

const atoll = fileURLToPath(new URL('../../packages/cli/atoll.js', import.meta.url))

const startTimeoutMs = 60_000
const pollMs = 100
const stopTimeoutMs = 10_000

/** Number of characters from the end of the output that an error shows. */
const shownOutput = 1_000

/**
 * Starts the embedded execution client, and waits until it answers.
 *
 * @throws Fault `devnet` with the last output, if the client ends or does not answer in time
 */
export async function startClientProcess(options: ClientProcessOptions): Promise<ClientProcess> {
  const { dataDir, enginePort, genesis, jwtSecretFile, rpcPort, signal } = options
  const flags = {
    genesis,
    'jwt-secret-file': jwtSecretFile,
    'data-dir': dataDir,
    'engine-port': enginePort,
    'rpc-port': rpcPort,
    'log-level': 'error',
  }
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`)
  const child = spawn(process.execPath, [atoll, 'execution-client', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-shownOutput)
    })
  const ended = once(child, 'exit')
  const cancel = atExit(() => child.kill('SIGKILL'))
  void ended.then(cancel)
  let isStopping = false
  const failed = ended.then((): never => {
    // A process that was stopped never fails.
    if (isStopping) return new Promise<never>(() => undefined) as never
    throw new Fault('devnet', {
      detail: `the execution client on port ${rpcPort} ended: ${output}`,
    })
  })
  // eslint-disable-next-line atoll/use-rejection -- the caller handles the rejection through `failed`
  failed.catch(() => undefined)
  const rpcUrl = `http://127.0.0.1:${rpcPort}`
  const end = async () => {
    isStopping = true
    await stop(child, ended)
  }
  try {
    await unlessAborted(Promise.race([untilAnswers(rpcUrl), failed]), signal)
  } catch (error) {
    await end()
    throw error
  }
  return {
    engineUrl: `http://127.0.0.1:${enginePort}`,
    rpcUrl,
    pid: child.pid ?? 0,
    failed,
    stop: end,
  }
}

async function untilAnswers(url: string): Promise<void> {
  const endpoints = [{ url }]
  const client = new JsonRpcClient({ endpoints, timeoutMs: 1_000, rounds: 1, clock: systemClock })
  const deadlineMs = systemClock.monotonicMs() + startTimeoutMs
  try {
    for (;;) {
      try {
        await client.call('eth_chainId', [])
        return
      } catch (cause) {
        if (!(cause instanceof Fault)) throw cause
        if (systemClock.monotonicMs() > deadlineMs)
          throw new Fault('devnet', { detail: `no execution client answers at ${url}`, cause })
        await sleep(systemClock, pollMs)
      }
    }
  } finally {
    await client.close()
  }
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM')
  if ((await Promise.race([ended, sleep(systemClock, stopTimeoutMs)])) === true)
    child.kill('SIGKILL')
  await ended
}
