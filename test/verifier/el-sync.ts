import { payloadReceived } from '#messages/subjects.ts'
import { sleep } from '#runtime/clock.ts'
import type { VerifierRun } from './verifier-run.ts'

/** The safe head that EL sync chooses, and when the engine is killed. */
export interface ElSyncScript {
  /** Whether the safe head that EL sync chooses is below the end of the history, or above it. */
  readonly chosen: 'below' | 'above'
  /** The engine is killed after this number of messages and calls, counted from when the client gets the blocks. */
  readonly killAfter: number
}

/** Share of the L1 script after which derivation is stopped, so that the history ends there. */
const derivedShare = 0.7

/** Time until the execution client gets blocks from its peers. */
const peersMs = 6_000

/** Interval of gossiped blocks. */
const gossipMs = 1_000

/**
 * At the end of the L1 script the execution client loses its data, and the engine restarts with EL sync. The run
 * expects a history without gaps.
 */
export function elSync(run: VerifierRun, { chosen, killAfter }: ElSyncScript): void {
  const { client, l1, simulation } = run
  const { clock, processes } = simulation
  const hold = (name: string) => {
    const process = processes.get(name)
    if (process === undefined) return
    process.isHeldDown = true
    process.kill()
  }
  const release = (name: string) => {
    const process = processes.get(name)
    if (process === undefined) return
    process.isHeldDown = false
    process.start()
  }
  run.expectsWholeHistory = true
  run.peers.silence()
  hold('gossip-0')
  hold('engine-1')
  hold('derivation-1')
  clock.after(l1.endMs * derivedShare, () => hold('derivation-0'))
  clock.after(l1.endMs - 10, () => {
    hold('engine-0')
    const known = client.labelled('safe')?.number ?? 0n
    client.wipe()
    const safeOffsetSeconds = chosen === 'below' ? 8n * l1.config.blockTime : 0n
    run.sync = { mode: 'el', safeOffsetSeconds }
    gossip(run, known + 1n)
    release('engine-0')
    release('derivation-0')
    clock.after(peersMs, () => {
      client.fetch(l1.expected.chain.map(({ payload }) => payload))
      const engine = processes.get('engine-0')
      if (engine !== undefined) engine.killAfterEffects = killAfter
    })
  })
}

/** Gossips the blocks from a number on, one after another. */
function gossip({ l1, simulation }: VerifierRun, from: bigint): void {
  simulation.start('gossip-1', 'gossip', async (host) => {
    await host.bus.lease({ signal: host.signal })
    for (const { payload } of l1.expected.chain.slice(Number(from))) {
      await host.bus.append(payloadReceived, { payload })
      await sleep(host.clock, gossipMs)
    }
    await sleep(host.clock, Infinity)
  })
}
