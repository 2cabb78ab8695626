import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import type { Hash } from '#protocol/primitives.ts'
import { hashJson } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { createBuilderKey } from '#libp2p/builder-key.ts'
import { type Clock, sleep } from '#runtime/clock.ts'
import { isFault } from '#runtime/fault.ts'
import { writeSecretFile } from '#runtime/keys/secret-file.ts'
import type { Random } from '#runtime/random.ts'
import type { Takeover } from './flashblock-judge.ts'
import type { LiveNode } from './live-node.ts'
import type { NodePorts } from './ports.ts'

/** The builder of a node: its key, and where other builders and consumers reach it. */
export interface DevnetBuilder {
  /** 128 hex digits. */
  readonly key: string
  /** Multiaddr with the peer id. */
  readonly address: string
  readonly p2pPort: number
  readonly streamPort: number
}

/** A builder with a new key. */
export async function newBuilder({ builderP2p, stream }: NodePorts): Promise<DevnetBuilder> {
  const { hex, peerId } = await createBuilderKey()
  const address = `/ip4/127.0.0.1/tcp/${builderP2p}/p2p/${peerId}`
  return { key: hex, address, p2pPort: builderP2p, streamPort: stream }
}

/** Settings of a node that builds blocks in flashblocks when it is the leader. */
export async function builderSettings(
  folder: string,
  builder: DevnetBuilder,
  {
    intervalMs,
    others,
  }: { readonly intervalMs: number; readonly others: readonly DevnetBuilder[] },
): Promise<Readonly<Record<string, string>>> {
  const keyFile = join(folder, 'builder.hex')
  await writeSecretFile(keyFile, builder.key)
  return {
    // The leader is started by the devnet, as op-conductor does it.
    sequencerStopped: 'true',
    flashblockIntervalMs: String(intervalMs),
    flashblockKeyFile: keyFile,
    flashblockListenIp: '127.0.0.1',
    flashblockListenTcp: String(builder.p2pPort),
    flashblockStreamPort: String(builder.streamPort),
    flashblockKnownPeers: others.map(({ address }) => address).join(','),
  }
}

/** Settings of a node that follows the public streams of the builders; none without streams. */
export function followerSettings(
  { builderP2p, stream }: NodePorts,
  followed: readonly string[],
): Readonly<Record<string, string>> {
  if (followed.length === 0) return {}
  return {
    flashblockFollow: followed.join(','),
    flashblockListenIp: '127.0.0.1',
    flashblockListenTcp: String(builderP2p),
    flashblockStreamPort: String(stream),
  }
}

/** The public stream of a builder. */
export function streamUrlOf({ streamPort }: DevnetBuilder): string {
  return `ws://127.0.0.1:${streamPort}`
}

/** Options of `Builders`. */
export interface BuildersOptions {
  readonly nodes: readonly LiveNode[]
  /** Mean time between two kills of the leader; undefined for none. */
  readonly killEveryMs: number | undefined
  readonly random: Random
  readonly clock: Clock
  readonly report: (what: string) => void
}

/** What is known of the leader. */
export interface Leading {
  readonly name: string
  /** The changes of the leader, the earliest first. */
  readonly takeovers: readonly Takeover[]
}

/** How long the leader is left alone if no other node follows it. */
const standbyMs = 60_000

/** How long a node has to accept that it leads. */
const startMs = 15_000

/** As long as op-conductor needs at least until it notices that a leader is gone, and another one starts. */
const noticeMs = 300

/** Chooses the leader of the builders, kills it again and again, and starts the next one, as op-conductor would. */
export class Builders {
  readonly #options: BuildersOptions
  readonly #stopping = new AbortController()
  readonly #running: Promise<void>
  #leader: LiveNode
  readonly #takeovers: Takeover[] = []

  constructor(options: BuildersOptions) {
    this.#options = options
    const [first] = options.nodes
    if (first === undefined) throw new Error('builders without nodes')
    this.#leader = first
    this.#running = this.#run()
    // eslint-disable-next-line atoll/use-rejection -- the caller handles the rejection through `failed`
    this.#running.catch(() => undefined)
  }

  get leading(): Leading {
    return { name: this.#leader.name, takeovers: this.#takeovers }
  }

  /** Rejects when no node can lead. */
  get failed(): Promise<never> {
    return this.#running.then(() => new Promise<never>(() => undefined))
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.allSettled([this.#running])
  }

  async #run(): Promise<void> {
    const { clock, killEveryMs, random, report } = this.#options
    const { signal } = this.#stopping
    await this.#start(this.#leader)
    if (killEveryMs === undefined) return
    // Between half and one and a half times the mean.
    const pauseMs = () => killEveryMs * random.between(0.5, 1.5)
    while (await sleep(clock, pauseMs(), signal)) {
      const killed = this.#leader
      const next = await this.#standby(killed)
      if (next === undefined) return
      const killedMs = clock.now()
      kill(killed)
      const { number } = unsafeOf(killed)
      report(`${killed.name}, the leader, is killed`)
      if (!(await sleep(clock, noticeMs, signal))) return
      // op-conductor starts only a node that has the last block.
      await this.#until(() => unsafeOf(next).number >= number)
      await this.#start(next)
      this.#takeovers.push({ killedMs, leadsMs: clock.now() })
    }
  }

  /** Waits for a node that follows the leader closely. @returns undefined if the devnet is stopped */
  async #standby(leader: LiveNode): Promise<LiveNode | undefined> {
    const { nodes } = this.#options
    const at = nodes.indexOf(leader)
    const others = [...nodes.slice(at + 1), ...nodes.slice(0, at)]
    const isClose = (node: LiveNode) =>
      unsafeOf(node).number + 1n >= unsafeOf(leader).number && hasFlashblocks(node)
    await this.#until(() => others.some(isClose))
    return this.#stopping.signal.aborted ? undefined : others.find(isClose)
  }

  /** Waits until a condition holds, for a time. */
  async #until(holds: () => boolean): Promise<void> {
    const { clock } = this.#options
    const endMs = clock.monotonicMs() + standbyMs
    while (!holds() && clock.monotonicMs() < endMs)
      if (!(await sleep(clock, 20, this.#stopping.signal))) return
  }

  /** Makes a node the leader: tries again until it accepts. @throws Fault or JsonRpcError if it does not in time */
  async #start(node: LiveNode): Promise<void> {
    const { clock, report } = this.#options
    const { signal } = this.#stopping
    const endMs = clock.monotonicMs() + startMs
    for (;;) {
      try {
        await callNode(node, clock)
        break
      } catch (error) {
        if (!isFault(error) && !(error instanceof JsonRpcError)) throw error
        if (error.message.includes('already running')) break
        if (clock.monotonicMs() > endMs) throw error
        if (!(await sleep(clock, 50, signal))) return
      }
    }
    this.#leader = node
    report(`${node.name} leads`)
  }
}

/** Starts the sequencer of a node on its unsafe head. */
async function callNode(node: LiveNode, clock: Clock): Promise<void> {
  const token = await readFile(node.adminTokenFile, 'utf8')
  const headers = async () => ({ authorization: `Bearer ${token}` })
  const clientOf = (url: string) =>
    new JsonRpcClient({ endpoints: [{ url, headers }], timeoutMs: 2_000, rounds: 1, clock })
  const [rollup, admin] = [clientOf(node.rollupUrl), clientOf(node.adminUrl)]
  try {
    const status = parseJson(statusJson, await rollup.call('optimism_syncStatus', []), 'status')
    const hash: Hash = status.unsafe_l2.hash
    await admin.call('admin_startSequencer', [hash])
  } finally {
    await Promise.all([rollup.close(), admin.close()])
  }
}

const statusJson = z.looseObject({ unsafe_l2: z.looseObject({ hash: hashJson }) })

/** The unsafe head of a node, as its status has it. */
function unsafeOf(node: LiveNode): { readonly number: bigint } {
  return node.view().chain?.unsafe ?? { number: -1n }
}

/** Whether the builder of a node is connected to another one. */
function hasFlashblocks(node: LiveNode): boolean {
  const status = node.view().services.get('flashblock-p2p')
  return status !== undefined && status.wait === undefined
}

/** Kills all processes of a node, which are then started again. */
function kill(node: LiveNode): void {
  for (const pid of node.pids().values()) process.kill(pid, 'SIGKILL')
}
