import type { ControlSequencerRequest } from '#messages/control-sequencer.ts'
import { controlSequencer, engineChain, postPayload } from '#messages/subjects.ts'
import type { Payload } from '#protocol/block/payload.ts'
import { sleep } from '#runtime/clock.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import type { Conductor } from '#services/sequencer/ports.ts'
import type { Random } from '#runtime/random.ts'
import type { Host } from '#test/simulator/simulation.ts'
import type { VirtualClock } from '#test/simulator/virtual-clock.ts'
import { type ChainWatch, nameOf } from './chain-watch.ts'

/** Time without a new block after which the leader is unhealthy, and another node becomes the leader. */
const unhealthyMs = 12_000

/** Timeout of a call to a conductor. */
const timeoutMs = 1_000

/** Parts of the run that conductors use. */
interface Parts {
  /** Number of nodes. */
  readonly nodes: number
  readonly clock: VirtualClock
  readonly random: Random
  readonly watch: ChainWatch
  readonly trace: (what: string) => void
  readonly fail: (error: Error) => void
}

/**
 * The op-conductors of all nodes, with one replicated log. If leadership changed since a sequencer was started, the log
 * refuses blocks of this sequencer that do not extend the log, because the sequencer missed the order to stop. The log
 * of op-conductor does not refuse such blocks.
 */
export class Conductors {
  readonly #parts: Parts
  #leader: number | undefined = 0
  /** Grows with each change of leadership. */
  #term = 1
  /** For each node, the last term in which its own check found that it is the leader. */
  readonly #checkedTerms = new Map<number, number>()
  #progressMs = 0
  /** The probability that a commit times out. Half of these commits reach the log. */
  timeouts = 0

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** The leader; undefined if no node is the leader. */
  get leader(): number | undefined {
    return this.#leader
  }

  /** Changes leadership. Without a leader, no block can be committed. */
  elect(leader: number | undefined): void {
    const { clock, trace } = this.#parts
    trace(`node ${leader ?? 'none'} becomes the leader`)
    this.#leader = leader
    this.#term++
    this.#progressMs = clock.monotonicMs()
  }

  /** The conductor of a node, as its sequencer calls it. */
  portOf(node: number, { afterEffect, clock, random }: Host): Conductor {
    const pause = () => sleep(clock, 1 + random.next() * 10)
    return {
      isLeader: async () => {
        await pause()
        const isLeader = this.#leader === node
        if (isLeader) this.#checkedTerms.set(node, this.#term)
        await pause()
        return isLeader
      },
      commit: async (payload) => {
        await pause()
        if (random.chance(this.timeouts)) {
          if (random.chance(0.5)) this.#commit(node, payload)
          await sleep(clock, 2 * timeoutMs)
          throw new Fault('rpc-timeout', { detail: 'the conductor did not answer' })
        }
        this.#commit(node, payload)
        afterEffect()
        await pause()
      },
    }
  }

  /** The control loop of a node's conductor. Source: op-conductor, conductor/service.go */
  async control(node: number, host: Host): Promise<void> {
    const chain = host.bus.follow(engineChain, () => undefined)
    for (;;) {
      await sleep(host.clock, host.random.between(200, 600))
      const { isActive } = (await controlled(host, { kind: 'fetch' })) ?? {}
      if (isActive === undefined) continue
      if (this.#leader !== node) {
        if (isActive) await controlled(host, { kind: 'stop' })
      } else if (!isActive) await this.#start(host, chain.current?.unsafe)
      this.#transferIfUnhealthy(node)
    }
  }

  /**
   * Starts the sequencer on the last block of the log. If the node lacks only that block, the block is posted first. If
   * the node lacks more blocks, the sequencer has to refuse the start. (op-conductor would not ask it to start.) If L1
   * removed the last block, an operator makes op-conductor use the last block that L1 did not remove.
   */
  async #start(
    host: Host,
    head: { readonly hash: Payload['blockHash']; readonly number: bigint } | undefined,
  ): Promise<void> {
    const { watch } = this.#parts
    const { latest } = watch
    if (head === undefined) return
    if (latest?.number === head.number + 1n) await posted(host, latest)
    await controlled(host, { kind: 'start', head: latest?.blockHash ?? head.hash })
  }

  #commit(node: number, payload: Payload): void {
    const { clock, fail, watch } = this.#parts
    if (this.#leader !== node) throw new Fault('rpc-refused', { detail: 'node is not the leader' })
    // The sequencer may not know yet that L1 removed the last block.
    const newest = watch.committed.at(-1)
    if (newest?.blockHash === payload.blockHash) return
    const { latest } = watch
    const isNext = [newest, latest].some((each) => each?.blockHash === payload.parentHash)
    if (!isNext && latest !== undefined) {
      if (this.#checkedTerms.get(node) !== this.#term)
        throw new Fault('rpc-refused', { detail: 'the sequencer was started in another term' })
      fail(new Error(`node ${node} made block ${nameOf(payload)} above ${nameOf(latest)}`))
    }
    this.#progressMs = clock.monotonicMs()
    watch.noteCommit(payload)
  }

  /** The health check, which looks at the age of the unsafe head. */
  #transferIfUnhealthy(node: number): void {
    const { clock } = this.#parts
    if (this.#leader !== node || clock.monotonicMs() - this.#progressMs < unhealthyMs) return
    this.elect((node + 1) % this.#parts.nodes)
  }
}

async function controlled(host: Host, request: ControlSequencerRequest) {
  const deadlineMs = request.kind === 'stop' ? 32_000 : 4_000
  try {
    const response = await host.bus.call(controlSequencer, request, { deadlineMs })
    if (request.kind !== 'fetch') host.log(`${request.kind}: ${response.refusal ?? 'done'}`)
    return response
  } catch (error) {
    if (!isFault(error)) throw error
    host.log(`${request.kind}: ${error.message}`)
    return undefined
  }
}

async function posted(host: Host, payload: Payload): Promise<void> {
  host.log(`posts ${nameOf(payload)}`)
  try {
    await host.bus.call(postPayload, { payload }, { deadlineMs: 2_000 })
  } catch (error) {
    if (!isFault(error)) throw error
    host.log(`the block was not posted: ${error.message}`)
  }
}
