import type { SimulatedL1 } from './simulated-l1.ts'
import type { StandInClient } from './stand-in-client.ts'

/**
 * How an execution client's chain differs from the chain that one pass over the final L1 derives; undefined if both are
 * equal.
 */
export function chainDisagreement(client: StandInClient, l1: SimulatedL1): string | undefined {
  const { chain, safe, safeAt } = l1.expected
  const { number } = safe.ref
  for (const { ref } of chain.slice(0, Number(number) + 1))
    if (client.canonical(ref.number)?.blockHash !== ref.hash)
      return `block ${ref.number} differs, of ${number}`
  const labelled = client.labelled('safe')
  if (labelled?.blockHash !== safe.ref.hash) return `safe ${labelled?.number} of ${number}`
  const finalized = safeAt.get(l1.finalized.number)
  const final = client.labelled('finalized')
  if (final?.blockHash !== finalized?.hash)
    return `finalized ${final?.number} of ${finalized?.number}`
  return undefined
}
