import type { ChainState } from '#messages/chain-state.ts'
import type { L2Head } from '#protocol/pipeline/pipeline.ts'
import type { DerivationEffect, Deriving, InFlight } from '#services/derivation/state.ts'

/** The session with what became of its attributes; none if the heads do not fit that. */
type Settled = readonly [Deriving | undefined, ...DerivationEffect[]]

/** The attributes in flight took effect, and they were our own. */
export function settle(
  session: Deriving,
  { chain, inFlight }: { readonly chain: ChainState; readonly inFlight: InFlight },
): Settled {
  const { outcome, pendingSafe, localSafe, generation } = chain
  const { derived, request } = inFlight
  const tookEffect = { kind: 'took-effect', outcome } as const
  const settled: Deriving = { ...session, sequence: request.sequence, inFlight: undefined }
  if (outcome === 'dropped') {
    // Before Holocene: what was pending of its span is gone, and another batch may bring the same block.
    session.safeBlocks.clear()
    return [{ ...settled, head: session.safe }, tookEffect]
  }
  if (pendingSafe.parentHash !== request.parent.hash) return [undefined, tookEffect]
  if (outcome === 'replaced') session.pipeline.flush()
  const head: L2Head = { ref: pendingSafe, systemConfig: derived.systemConfig }
  if (localSafe.hash !== pendingSafe.hash) return [{ ...settled, head }, tookEffect]
  const { hash, number } = derived.derivedFrom
  const { hash: safeHash, number: safeNumber } = localSafe
  const entry = { l1: { hash, number }, safe: { hash: safeHash, number: safeNumber }, generation }
  return [{ ...settled, head, safe: head }, tookEffect, { kind: 'record', entry }]
}
