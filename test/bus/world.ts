import type { ChainState } from '#messages/chain-state.ts'
import type { SafeAt } from '#messages/safe-at.ts'
import {
  expectedChain,
  genesisOn,
  type ModelBlock,
  ModelExecution,
} from '#test/model/model-execution.ts'
import { ModelL1 } from '#test/model/model-l1.ts'
import type { BuildCommand, ForkchoiceCommand } from '#test/model/ports.ts'
import { Random } from '#test/simulator/random.ts'
import { type Remote, serveRemote } from './remote.ts'

/** A command that reached the execution client. */
export interface SeenCommand {
  readonly atMs: number
  readonly boot: string
  readonly term: bigint
}

/** What the actors of a test share and cannot kill: L1, the execution client, derivation's disk, and what was seen. */
export class World {
  readonly l1: ModelL1
  readonly execution: ModelExecution
  readonly journal = new Map<bigint, SafeAt>()
  readonly commands: SeenCommand[] = []
  readonly chains: ChainState[] = []
  /** What an actor tells, by what it tells about. */
  readonly told = new Map<string, unknown[]>()
  readonly #expected: readonly ModelBlock[]
  readonly #startedMs = performance.now()
  readonly #speed: number
  #lastMoveMs = performance.now()
  #longestStallMs = 0

  constructor({ seed, blocks, speed }: { seed: number; blocks: number; speed: number }) {
    this.l1 = new ModelL1({ random: new Random(seed), blocks })
    this.#speed = speed
    const [first] = this.l1.finalChain
    if (first === undefined) throw new Error('the L1 script is empty')
    this.execution = new ModelExecution(genesisOn(first))
    this.#expected = expectedChain(this.l1.finalChain)
  }

  /** Whether the execution client has the chain that one pass over L1 makes, finalized to its end. */
  get isDone(): boolean {
    const { safe, finalized } = this.execution.heads()
    const last = this.#expected.at(-1)
    return safe.hash === last?.hash && finalized.hash === last.hash
  }

  get safeNumber(): bigint {
    return this.execution.heads().safe.number
  }

  /** The longest time without a new block, while L1 had some. */
  get longestStallMs(): number {
    return Math.round(this.#longestStallMs)
  }

  /** Milliseconds of the L1 script. */
  #l1Ms(): number {
    return (performance.now() - this.#startedMs) * this.#speed
  }

  serve(): ReturnType<typeof serveRemote> {
    const functions: Remote = {
      l1Heads: () => this.l1.heads(this.#l1Ms()),
      l1Block: (number: bigint) => this.l1.blockByNumber(this.#l1Ms(), number),
      heads: () => this.execution.heads(),
      block: (hash: ModelBlock['hash']) => this.execution.block(hash),
      build: (command: BuildCommand) =>
        this.execution.build(command.parentHash, command.attributes),
      forkchoice: (command: ForkchoiceCommand, by: Omit<SeenCommand, 'atMs'>) => {
        this.commands.push({ atMs: performance.now(), ...by })
        this.execution.forkchoice(command)
        this.#noteMove()
      },
      journal: () => this.journal,
      record: (entry: SafeAt) => {
        this.journal.set(entry.l1.number, entry)
        for (const number of this.journal.keys())
          if (number > entry.l1.number) this.journal.delete(number)
      },
      chain: (chain: ChainState) => this.chains.push(chain),
      tell: (about: string, what: unknown) => {
        this.told.set(about, [...(this.told.get(about) ?? []), what])
      },
    }
    return serveRemote(functions)
  }

  #noteMove(): void {
    const nowMs = performance.now()
    this.#longestStallMs = Math.max(this.#longestStallMs, nowMs - this.#lastMoveMs)
    this.#lastMoveMs = nowMs
  }
}
