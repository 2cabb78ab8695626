import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isFault } from '#runtime/fault.ts'
import type { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { startNode } from './followers.ts'
import { type Block, blockOf, clientOf, type NetworkFile, type NodeFile } from './network.ts'
import { until } from './until.ts'

/** An Atoll node in the place of an op-node that is a sequencer. */
export interface Sequencer {
  readonly name: string
  readonly execution: JsonRpcClient
  /** The admin methods, with the token in the URL, in the form that op-conductor accepts. */
  readonly adminUrl: string
  admin<Result>(method: string, ...params: readonly unknown[]): Promise<Result>
  explain(): Promise<string>
  stop(): Promise<void>
  /** Ends all processes of the node without a chance to clean up. */
  kill(): Promise<void>
  /** Sends a signal to the processes of the node whose command line matches the pattern; without a pattern, to all. */
  signal(signal: NodeJS.Signals, pattern?: RegExp): void
}

/** Options of `startSequencer`. */
export interface SequencerOptions {
  readonly folder: string
  readonly name: string
  /** Place of the node in the network. */
  readonly place: NodeFile
  /** Peers that the node dials. */
  readonly peers: readonly string[]
  readonly flags?: Readonly<Record<string, string>>
  /** The token of the admin methods; by default a random one. */
  readonly token?: string
}

/** The port of a URL. */
export function portOf(url: string): number {
  return Number(new URL(url).port)
}

/** Starts an Atoll node on the op-geth, the ports and the keys of an op-node, which must be stopped. */
export async function startSequencer(
  file: NetworkFile,
  { flags, folder, name, peers, place, token = randomBytes(32).toString('hex') }: SequencerOptions,
): Promise<Sequencer> {
  const dataDir = join(folder, `sequencer-${name}`)
  await mkdir(dataDir, { recursive: true })
  const keep = async (what: string, text: string) => {
    const path = join(dataDir, what)
    await writeFile(path, text, { mode: 0o600 })
    return path
  }
  const rpcPort = portOf(place.rollupUrl)
  const adminPort = rpcPort + 8
  const [, , , , p2pPort = ''] = place.multiaddr.split('/')
  const node = startNode(file, {
    dataDir,
    engineUrl: place.engineUrl,
    flags: {
      'sequencer-enabled': 'true',
      'sequencer-l1-confs': '0',
      'rpc-port': String(rpcPort),
      'rpc-admin-port': String(adminPort),
      'rpc-admin-token-file': await keep('token', token),
      'p2p-disable': 'false',
      'p2p-discovery': 'false',
      'p2p-listen-ip': '127.0.0.1',
      'p2p-listen-tcp': p2pPort,
      'p2p-key-file': await keep('host.hex', place.p2pKey),
      'p2p-sequencer-key-file': await keep('signer.hex', file.unsafeBlockSigner.key),
      'p2p-static-peers': peers.join(','),
      'metrics-port': '0',
      ...flags,
    },
  })
  const execution = clientOf(place.executionUrl)
  const admin = clientOf(`http://127.0.0.1:${adminPort}`, { authorization: `Bearer ${token}` })
  return {
    name,
    execution,
    adminUrl: `http://atoll:${token}@127.0.0.1:${adminPort}`,
    admin: async <Result>(method: string, ...params: readonly unknown[]) =>
      (await admin.call(method, params)) as Result,
    explain: () => node.explain(),
    stop: async () => {
      await node.stop()
      await Promise.all([execution.close(), admin.close()])
    },
    signal: (signal, pattern) => node.signal(signal, pattern),
    kill: async () => {
      await node.kill()
      await Promise.all([execution.close(), admin.close()])
    },
  }
}

/** Waits until a node answers its admin methods. */
export function untilAdmin(node: Sequencer): Promise<void> {
  const isUp = () =>
    node.admin('admin_sequencerActive').then(
      () => true,
      (error: unknown) => !(error instanceof Error),
    )
  const explain = () => node.explain()
  return until(
    `${node.name} answers its admin methods`,
    { withinMs: 60_000, everyMs: 50, explain },
    isUp,
  )
}

/** Times at which blocks appear in an execution client. */
export class BlockTimes {
  /** Number of the newest block. */
  newest = 0
  /** When each block appeared, in Unix milliseconds. */
  readonly seen = new Map<number, number>()
  /** The hashes of the blocks that were the newest at a height. */
  readonly hashes = new Map<number, Set<string>>()
  /** Milliseconds from the timestamp of a block to its appearance, by number. */
  readonly delays = new Map<number, number>()
  readonly #client: JsonRpcClient
  readonly #stopped = new AbortController()
  readonly #ended: Promise<void>

  constructor(url: string) {
    this.#client = clientOf(url)
    this.#ended = this.#watch()
  }

  async #watch(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      // A client that does not answer is asked again.
      const block = await blockOf(this.#client, 'latest').catch((error: unknown) => {
        if (!isFault(error)) throw error
        return undefined
      })
      const nowMs = Date.now()
      if (block !== undefined) this.#take(block, nowMs)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  #take({ hash, number, timestamp }: Block, nowMs: number): void {
    const hashes = this.hashes.get(number) ?? new Set()
    this.hashes.set(number, hashes.add(hash))
    if (this.delays.has(number)) return
    this.delays.set(number, nowMs - timestamp * 1_000)
    this.seen.set(number, nowMs)
    this.newest = number
  }

  /** Asserts that no height had two blocks. */
  assertNoneReplaced(): void {
    const replaced = [...this.hashes].filter(([, hashes]) => hashes.size > 1)
    assert.deepEqual(replaced, [])
  }

  /** The delays of the blocks from one number up to another; blocks that were not seen as the newest are omitted. */
  between(from: number, to: number): readonly number[] {
    return [...this.delays].flatMap(([number, delay]) =>
      number >= from && number <= to ? [delay] : [],
    )
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#ended
    await this.#client.close()
  }
}
