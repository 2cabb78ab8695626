import type { Address } from '#protocol/primitives.ts'

/** Who may sign unsafe blocks, by the system config on L1. */
export interface BlockSigners {
  readonly current: Address
  /**
   * The signer before the last change. This signer is still accepted until `until`, since the sequencer and its peers
   * read the change from L1 at different times.
   */
  readonly previous?: { readonly address: Address; readonly until: bigint } | undefined
}

/** Seconds for which the previous signer is accepted, unless the new signer signs a block earlier. As in op-node. */
export const signerGraceSeconds = 10_800n

const noAddress = /^0x0+$/u

/**
 * The signers after `address` was read from L1 at time `now`. The zero address means that the chain has no signer.
 * The first signer has no previous one, and only the latest change has a grace period, as in op-node.
 */
export function withCurrentSigner(
  signers: BlockSigners | undefined,
  address: Address,
  now: bigint,
): BlockSigners | undefined {
  if (noAddress.test(address)) return undefined
  if (signers?.current === address) return signers
  if (signers === undefined) return { current: address }
  const until = now + signerGraceSeconds
  return { current: address, previous: { address: signers.current, until } }
}

/**
 * The signers after a valid block signed by `signer`. A block of the new signer ends the grace period of the previous
 * one.
 */
export function afterBlockOf(signers: BlockSigners, signer: Address): BlockSigners {
  return signer === signers.current && signers.previous !== undefined
    ? { current: signers.current }
    : signers
}

/** Whether a block that arrives at time `now` may be signed by this signer. */
export function maySign(
  { current, previous }: BlockSigners,
  signer: Address,
  now: bigint,
): boolean {
  return (
    signer === current ||
    (previous !== undefined && signer === previous.address && now < previous.until)
  )
}
