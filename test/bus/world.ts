import type { Server } from 'node:http'
import type { ChainState } from '#messages/chain-state.ts'
import type { FetchL1BlockRequest } from '#messages/fetch-l1-block.ts'
import type { Payload } from '#protocol/block/payload.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import type {
  BlockName,
  BlocksDown,
  ForkchoiceHeads,
  PayloadId,
} from '#engine-api/execution-client.ts'
import { Random } from '#runtime/random.ts'
import { chainDisagreement } from '#test/verifier/agreement.ts'
import { SimulatedL1 } from '#test/verifier/simulated-l1.ts'
import { StandInClient } from '#test/verifier/stand-in-client.ts'
import { serveRemote } from './remote.ts'

/** The process that sent a command to the execution client, and the term of its lease. */
interface Sender {
  readonly boot: string
  readonly term: bigint
}

/** A command that reached the execution client. */
interface SeenCommand extends Sender {
  readonly atMs: number
}

/** L1, the execution client and a log of observations. A world outlives the processes of the test, which share it. */
export class World {
  readonly l1: SimulatedL1
  readonly client: StandInClient
  /** All commands to the execution client. */
  readonly commands: SeenCommand[] = []
  readonly chains: ChainState[] = []
  /** Reports of processes, by topic. */
  readonly reports = new Map<string, unknown[]>()
  readonly #startedMs = performance.now()
  readonly #speed: number
  #lastMoveMs = performance.now()
  #longestStallMs = 0

  constructor({ seed, blocks, speed }: { seed: number; blocks: number; speed: number }) {
    this.l1 = new SimulatedL1({ random: new Random(seed), blocks })
    this.client = new StandInClient(this.l1.rules)
    this.#speed = speed
  }

  /** Whether the execution client's chain, and its safe and finalized heads, equal the result of one pass over L1. */
  get isDone(): boolean {
    return chainDisagreement(this.client, this.l1) === undefined
  }

  get safeNumber(): bigint {
    return this.client.labelled('safe')?.number ?? 0n
  }

  /** The longest time between two commands. */
  get longestStallMs(): number {
    return Math.round(this.#longestStallMs)
  }

  /** Time in the L1 script, in milliseconds from its start. */
  #l1Ms(): number {
    return (performance.now() - this.#startedMs) * this.#speed
  }

  serve(): Promise<{ url: string; server: Server }> {
    return serveRemote(this.functions())
  }

  /** The functions that the processes call. */
  functions() {
    const { client, l1 } = this
    return {
      config: () => l1.config,
      l1Heads: () => l1.heads(this.#l1Ms()),
      l1Block: (wanted: FetchL1BlockRequest) => l1.block(this.#l1Ms(), wanted),
      l1BlocksDown: (from: BlocksDown) => l1.blocksDown(this.#l1Ms(), from),
      newPayload: (sender: Sender, payload: Payload) => {
        this.#note(sender)
        return client.newPayload(payload)
      },
      forkchoice: (sender: Sender, heads: ForkchoiceHeads) => {
        this.#note(sender)
        return client.forkchoice(heads)
      },
      build: (sender: Sender, heads: ForkchoiceHeads, attributes: PayloadAttributes) => {
        this.#note(sender)
        return client.build(heads, attributes)
      },
      getPayload: (payloadId: PayloadId) => client.getPayload(payloadId),
      block: (which: BlockName) => client.block(which),
      blocksDown: (from: BlocksDown) => client.blocksDown(from),
      chain: (chain: ChainState) => {
        this.chains.push(chain)
      },
      report: (topic: string, what: unknown) => {
        this.reports.set(topic, [...(this.reports.get(topic) ?? []), what])
      },
    }
  }

  #note(sender: Sender): void {
    const atMs = performance.now()
    this.commands.push({ ...sender, atMs })
    this.#longestStallMs = Math.max(this.#longestStallMs, atMs - this.#lastMoveMs)
    this.#lastMoveMs = atMs
  }
}

/** The functions of a world. */
export type WorldFunctions = ReturnType<World['functions']>
