import type { ChainState } from '#messages/chain-state.ts'
import type { Effect } from '#services/derivation/state.ts'
import type { Deriving, InFlight } from './session.ts'

/** The session after its attributes were applied, and effects. Undefined if the engine built on another parent. */
type Settled = readonly [Deriving | undefined, ...Effect[]]

/** Adopts the outcome of the attributes in flight, which the engine applied. */
export function settle(
  session: Deriving,
  { chain, inFlight }: { readonly chain: ChainState; readonly inFlight: InFlight },
): Settled {
  const { driver, safeBlocks } = session
  const { outcome, pendingSafe, localSafe, generation } = chain
  const { derived, request } = inFlight
  const counted = { kind: 'count-outcome', outcome } as const
  const settled: Deriving = { ...session, sequence: request.sequence, inFlight: undefined }
  if (outcome === 'dropped') {
    // The blocks of the dropped span are no longer on the chain, and another batch may overlap other blocks.
    safeBlocks.clear()
    driver.revokeSpan()
    return [settled, counted]
  }
  if (pendingSafe.parentHash !== request.parent.hash) return [undefined, counted]
  if (outcome === 'replaced') driver.flush()
  // The engine's heads show whether the block is the last in its span. Our request does not show this, because the
  // engine may have applied the same attributes from another instance.
  const isLastInSpan = localSafe.hash === pendingSafe.hash
  const isSafe = driver.applied({ systemConfig: derived.systemConfig, isLastInSpan }, pendingSafe)
  if (!isSafe) return [settled, counted]
  const { hash, number } = derived.derivedFrom
  const { hash: safeHash, number: safeNumber } = localSafe
  const entry = { l1: { hash, number }, safe: { hash: safeHash, number: safeNumber }, generation }
  return [settled, counted, { kind: 'record', entry }]
}
