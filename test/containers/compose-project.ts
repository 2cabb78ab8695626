import assert from 'node:assert/strict'
import * as z from 'zod'
import { hashJson, quantityJson } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { systemClock } from '#runtime/clock.ts'
import { isFault } from '#runtime/fault.ts'
import { until } from '#test/interop/until.ts'
import type { Docker } from './docker.ts'

const idJson = z.looseObject({ hash: hashJson, number: z.number() })
const statusJson = z.looseObject({ unsafe_l2: idJson, safe_l2: idJson })
const blockJson = z.looseObject({ hash: hashJson, number: quantityJson })

/** Faults of a call while the rollup node or the proxy starts. */
const startFaults: readonly string[] = [
  'rpc-unreachable',
  'rpc-status',
  'rpc-timeout',
  'rpc-response',
]

/** Options of a project. */
export interface ProjectOptions {
  readonly name: string
  readonly files: readonly string[]
  /** Variables of the files. */
  readonly env: Readonly<Record<string, string>>
  /** Ports on this machine. */
  readonly ports: { readonly rollup: number; readonly l2: number; readonly stream?: number }
}

/** The containers of compose files. */
export class ComposeProject {
  readonly #docker: Docker
  readonly #options: ProjectOptions
  readonly #rollup: JsonRpcClient
  readonly #l2: JsonRpcClient

  constructor(docker: Docker, options: ProjectOptions) {
    this.#docker = docker
    this.#options = options
    const clientOf = (port: number) => {
      const endpoints = [{ url: `http://127.0.0.1:${port}` }]
      return new JsonRpcClient({ endpoints, timeoutMs: 5_000, rounds: 1, clock: systemClock })
    }
    this.#rollup = clientOf(options.ports.rollup)
    this.#l2 = clientOf(options.ports.l2)
  }

  get ports(): ProjectOptions['ports'] {
    return this.#options.ports
  }

  /** Runs `docker compose` for this project. */
  compose(...args: readonly string[]): Promise<string> {
    const { env, files, name, ports } = this.#options
    const variables = {
      ...env,
      ROLLUP_RPC_PORT: String(ports.rollup),
      L2_RPC_PORT: String(ports.l2),
      ...(ports.stream !== undefined && { FLASHBLOCK_STREAM_PORT: String(ports.stream) }),
    }
    const named = files.flatMap((file) => ['--file', file])
    const all = ['--project-name', name, '--progress', 'quiet', ...named, ...args]
    return this.#docker.compose(all, variables)
  }

  async close(): Promise<void> {
    await this.#rollup.close()
    await this.#l2.close()
    await this.clear()
  }

  /** Removes the containers and volumes of this run, or of an earlier one that was interrupted. */
  async clear(): Promise<void> {
    await this.compose('down', '--volumes', '--remove-orphans', '--timeout', '5')
  }

  /** Names of the services whose containers run. */
  async services(): Promise<readonly string[]> {
    return linesOf(await this.compose('ps', '--services', '--status', 'running')).toSorted()
  }

  /** Ids of the containers of a service. */
  async idsOf(service: string): Promise<readonly string[]> {
    return linesOf(await this.compose('ps', '--quiet', service))
  }

  /** Id of the only container of a service. */
  async idOf(service: string): Promise<string> {
    const [id = assert.fail(`no container of ${service}`)] = await this.idsOf(service)
    return id
  }

  /** Runs a shell script in a container. @returns its output */
  exec(id: string, script: string): Promise<string> {
    return this.#docker.docker(['exec', id, 'sh', '-c', script])
  }

  /** A field of a container, by a template of `docker inspect`. */
  async inspect(id: string, template: string): Promise<string> {
    return (await this.#docker.docker(['inspect', '--format', template, id])).trim()
  }

  /** Waits until the health checks of all containers pass. */
  async untilHealthy(services: readonly string[]): Promise<void> {
    const explain = () => this.compose('ps', '--all')
    const ids = await Promise.all(services.map((service) => this.idOf(service)))
    await until('all containers are healthy', { withinMs: 30_000, explain }, async () => {
      const states = ids.map((id) => this.inspect(id, '{{.State.Health.Status}}'))
      return (await Promise.all(states)).every((state) => state === 'healthy')
    })
  }

  /** Numbers of the heads, from the rollup node; undefined while it does not answer. */
  async heads(): Promise<{ readonly unsafe: number; readonly safe: number } | undefined> {
    try {
      const status = await this.#rollup.call('optimism_syncStatus', [])
      const { safe_l2: safe, unsafe_l2: unsafe } = parseJson(statusJson, status, 'status')
      return { unsafe: unsafe.number, safe: safe.number }
    } catch (error) {
      if (!isFault(error) || !startFaults.includes(error.code)) throw error
      return undefined
    }
  }

  /** Waits for a safe block. @throws Error with the last lines of the logs after the timeout */
  async untilSafe(number: number, withinMs = 120_000): Promise<void> {
    const explain = () => this.compose('logs', '--no-color', '--tail', '5')
    await until(`block ${number} is safe`, { withinMs, explain }, async () => {
      return ((await this.heads())?.safe ?? -1) >= number
    })
  }

  /** Hash of the block with a number, from the execution client. */
  async hashOf(number: number): Promise<string> {
    const json = await this.#l2.call('eth_getBlockByNumber', [`0x${number.toString(16)}`, false])
    return parseJson(blockJson, json, 'block').hash
  }

  /** An answer of the rollup node. */
  call(method: string, params: readonly unknown[]): Promise<unknown> {
    return this.#rollup.call(method, params)
  }
}

/** The lines of an output. */
export function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '')
}
