import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { atExit } from '#runtime/at-exit.ts'
import { sleep, systemClock } from '#runtime/clock.ts'
import { foreignEnvironment } from '#runtime/foreign-environment.ts'
import { Fault } from '#runtime/fault.ts'
import type { OnLog } from '#runtime/log.ts'
import { unlessAborted } from '#runtime/unless-aborted.ts'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { type Ended, type Report, type Running, Supervisor } from '#node/supervisor.ts'

/** Options of an execution client in a process of its own. */
export interface ClientProcessOptions {
  /** Name for reports. */
  readonly name: string
  readonly genesis: string
  readonly jwtSecretFile: string
  readonly dataDir: string
  readonly enginePort: number
  readonly rpcPort: number
  readonly report: Report
  /** Receives the output of the client. */
  readonly onLog: OnLog | undefined
  readonly signal: AbortSignal
}

/** A running execution client. When its process ends by itself, the process is started again. */
export interface ClientProcess {
  readonly engineUrl: string
  readonly rpcUrl: string
  /** Process id; undefined while the process is started again. */
  readonly pid: () => number | undefined
  /** Rejects when the client cannot run. */
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
 * @throws Fault `devnet-part` with the last output, if the client ends or does not answer in time
 */
export async function startClientProcess(options: ClientProcessOptions): Promise<ClientProcess> {
  const { enginePort, name, report, rpcPort, signal } = options
  const failed = Promise.withResolvers<never>()
  // eslint-disable-next-line atoll/use-rejection -- the caller handles the rejection through `failed`
  failed.promise.catch(() => undefined)
  const supervisor = new Supervisor({
    clock: systemClock,
    report,
    onFatal: (_, code) =>
      failed.reject(new Fault('devnet-part', { detail: `${name} ended with ${code}` })),
  })
  const rpcUrl = `http://127.0.0.1:${rpcPort}`
  const first = Promise.withResolvers<never>()
  const start = (): Running => {
    const running = spawnClient(options)
    const fail = ({ reason = '' }: Ended) => {
      first.reject(
        new Fault('devnet-part', { detail: `${name} on port ${rpcPort} ended: ${reason}` }),
      )
    }
    void running.ended.then(fail)
    return running
  }
  supervisor.keep({ name, start })
  try {
    const answers = untilAnswers(rpcUrl, { signal, withinMs: startTimeoutMs })
    await unlessAborted(Promise.race([answers, first.promise]), signal)
  } catch (error) {
    await supervisor.stop()
    throw error
  }
  return {
    engineUrl: `http://127.0.0.1:${enginePort}`,
    rpcUrl,
    pid: () => supervisor.pidOf(name),
    failed: failed.promise,
    stop: () => supervisor.stop(),
  }
}

function spawnClient(options: ClientProcessOptions): Running {
  const { dataDir, enginePort, genesis, jwtSecretFile, onLog, rpcPort } = options
  const flags = {
    genesis,
    'jwt-secret-file': jwtSecretFile,
    'data-dir': dataDir,
    'engine-port': enginePort,
    'rpc-port': rpcPort,
    'log-level': 'error',
  }
  const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`)
  const child = spawn(process.execPath, [atoll, 'execution-client', ...args], {
    // Through the IPC channel the client notices when this process ends. A terminal does not send its signals to it.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
    env: foreignEnvironment(),
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-shownOutput)
      onLog?.(text)
    })
  const ended = new Promise<Ended>((resolve) => {
    child.once('error', ({ message }) => resolve({ code: 1, reason: message }))
    child.once('close', (code, signal) =>
      resolve({ code: code ?? 1, signal: signal ?? undefined, reason: output }),
    )
  })
  const cancel = atExit(() => child.kill('SIGKILL'))
  void ended.then(cancel)
  return { ended, pid: child.pid, stop: () => stop(child, ended) }
}

/** Stops a process; kills it if it does not end in time. */
function stop(child: ChildProcess, ended: Promise<Ended>): void {
  child.kill('SIGTERM')
  const cancel = systemClock.after(stopTimeoutMs, () => child.kill('SIGKILL'))
  void ended.then(cancel)
}

/**
 * Waits until an execution client answers.
 *
 * @throws Fault `devnet-part` if it does not answer in time; `aborted` if the signal is aborted
 */
export async function untilAnswers(
  url: string,
  { signal, withinMs }: { readonly signal: AbortSignal; readonly withinMs?: number },
): Promise<void> {
  const endpoints = [{ url }]
  const client = new JsonRpcClient({ endpoints, timeoutMs: 1_000, rounds: 1, clock: systemClock })
  const deadlineMs = systemClock.monotonicMs() + (withinMs ?? Infinity)
  try {
    for (;;) {
      try {
        await unlessAborted(client.call('eth_chainId', []), signal)
        return
      } catch (cause) {
        if (!(cause instanceof Fault) || signal.aborted) throw cause
        if (systemClock.monotonicMs() > deadlineMs)
          throw new Fault('devnet-part', { detail: `no execution client answers at ${url}`, cause })
        await sleep(systemClock, pollMs, signal)
      }
    }
  } finally {
    await client.close()
  }
}
