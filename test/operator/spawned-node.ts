import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { compareChain } from '#devnet/compare-chain.ts'
import { startClient } from '#devnet/record-world.ts'
import type { ExecutionClient } from '#execution-client/execution-client.ts'
import type { ReplayedL1 } from '#records/replay/replay-record.ts'
import { systemClock } from '#runtime/clock.ts'
import { configFlags } from '#test/command/config-flags.ts'

const program = fileURLToPath(new URL('../../packages/cli/atoll.js', import.meta.url))

const untilTimeoutMs = 90_000

/** Time that a node gets to end after SIGTERM before it is killed. */
const stopTimeoutMs = 10_000

/** Options of a node. */
export interface SpawnedNodeOptions {
  readonly record: string
  readonly l1: ReplayedL1
  /** Folder of the node, its execution client and its JWT secret. */
  readonly folder: string
  /** The secret of the execution client, 64 hex digits. */
  readonly jwtSecret: string
}

/** `atoll node` as an operator starts it, with the L1 of a recorded chain and an execution client in this process. */
export class SpawnedNode {
  /** The whole output of the node. */
  output = ''
  readonly #options: SpawnedNodeOptions
  readonly #client: ExecutionClient
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>
  #closing: Promise<void> | undefined

  private constructor(options: SpawnedNodeOptions, client: ExecutionClient) {
    const { record, l1, folder } = options
    this.#options = options
    this.#client = client
    const args = [
      'node',
      ...configFlags(record),
      `--l1-rpc-urls=${l1.rpcUrl}`,
      `--l1-beacon-urls=${l1.beaconUrl}`,
      '--l1-poll-ms=100',
      `--engine-url=${client.engineUrl}`,
      `--jwt-secret-file=${join(folder, 'jwt.hex')}`,
      `--data-dir=${join(folder, 'node')}`,
      '--metrics-port=0',
      '--p2p-listen-ip=127.0.0.1',
      '--p2p-listen-tcp=0',
      '--p2p-discovery=false',
      '--rpc-port=0',
      '--log-format=json',
    ]
    const { PATH, HOME, ATOLL_NATS_SERVER } = process.env
    const env = { PATH, HOME, ...(ATOLL_NATS_SERVER !== undefined && { ATOLL_NATS_SERVER }) }
    this.#child = spawn(process.execPath, [program, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#ended = once(this.#child, 'close')
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text
      })
  }

  /** @throws Fault of the execution client */
  static async start(options: SpawnedNodeOptions): Promise<SpawnedNode> {
    const { record, folder, jwtSecret } = options
    const secret = Buffer.from(jwtSecret, 'hex')
    const client = await startClient({ record, clock: systemClock }, folder, secret)
    return new SpawnedNode(options, client)
  }

  /** The exit code of the node; null while the node runs, or if a signal ended it. */
  get code(): number | null {
    return this.#child.exitCode
  }

  /** The safe head of the node's execution client. */
  get safe(): bigint {
    return this.#client.chain.safe?.header.number ?? 0n
  }

  /** Waits for a condition. */
  async until(what: string, isSo: () => Promise<boolean> | boolean, timeoutMs = untilTimeoutMs) {
    const endMs = performance.now() + timeoutMs
    while (!(await isSo())) {
      if (performance.now() > endMs || this.code !== null)
        assert.fail(
          `waited in vain for: ${what}; safe head ${this.safe}, exit code ${this.code}\n${this.output}`,
        )
      await sleep(20)
    }
  }

  /** The reasons why the node is not ready, from `/readyz`; empty until the node serves `/readyz`. */
  async reasons(): Promise<string> {
    const [, url] = /health and metrics at (http:[^"]+)/u.exec(this.output) ?? []
    return url === undefined ? '' : (await fetch(`${url}/readyz`)).text()
  }

  /** Waits until the node ends by itself. */
  async end(): Promise<void> {
    const endMs = performance.now() + untilTimeoutMs
    while (this.code === null) {
      if (performance.now() > endMs)
        assert.fail(`the node does not end; safe head ${this.safe}\n${this.output}`)
      await Promise.race([this.#ended, sleep(20)])
    }
    await this.#ended
  }

  /** Compares all safe blocks with the record. @returns the number of the first block that differs */
  async firstDifference(): Promise<bigint | undefined> {
    const { signal } = new AbortController()
    const options = { last: this.safe, clock: systemClock, signal }
    return (await compareChain(this.#options.record, this.#client.rpcUrl, options)).firstDifference
  }

  /** Ends the node and its execution client, if they run. @returns the exit code of the node */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM')
    const killing = setTimeout(() => this.#child.kill('SIGKILL'), stopTimeoutMs)
    await this.#ended
    clearTimeout(killing)
    this.#closing ??= this.#client.close()
    await this.#closing
    return this.code
  }

  /** Kills the node, calls `meanwhile`, and then kills the NATS server that the node left. */
  async kill(meanwhile: () => void): Promise<void> {
    this.#child.kill('SIGKILL')
    meanwhile()
    const claim = readFileSync(join(this.#options.folder, 'node', 'bus', 'atoll-bus.json'), 'utf8')
    process.kill((JSON.parse(claim) as { readonly server: number }).server, 'SIGKILL')
    await this.#ended
    await this.#client.close()
  }
}
