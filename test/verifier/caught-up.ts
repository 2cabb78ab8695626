import type { Simulation } from '#test/simulator/simulation.ts'
import type { SimulatedL1 } from './simulated-l1.ts'

/** A simulation, its L1, and a function that returns the number of the safe head. */
interface Observed {
  readonly simulation: Simulation
  readonly l1: SimulatedL1
  readonly safe: () => bigint
}

/** Fails the simulation if, after some time, the blocks that the current L1 head makes safe are not safe. */
export function expectCaughtUp(
  { simulation, l1, safe }: Observed,
  { what, withinMs }: { readonly what: string; readonly withinMs: number },
): void {
  const { clock } = simulation
  const hashAt = (number: bigint) =>
    l1.block(clock.monotonicMs(), { block: { kind: 'number', number } })?.hash
  const wanted = l1.at(clock.monotonicMs())
  clock.after(withinMs, () => {
    const missing = wanted.safe - safe()
    if (hashAt(wanted.head.number) !== wanted.head.hash || missing <= 0n) return
    const { head } = l1.at(clock.monotonicMs() - 1_000)
    // After an L1 reorg, the chain is derived again from an earlier block.
    const isReorganised = hashAt(head.number) !== head.hash
    if (isReorganised) expectCaughtUp({ simulation, l1, safe }, { what, withinMs })
    else
      simulation.fail(new Error(`${what}, and ${missing} blocks are missing ${withinMs} ms later`))
  })
}
