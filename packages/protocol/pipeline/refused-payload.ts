import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import type { L1BlockRef } from '#protocol/block/refs.ts'
import { isActive } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { depositsOnly } from '#protocol/derivation/attributes.ts'

/** The next action of derivation after the execution client refused the payload of derived attributes. */
export type AfterRefusal =
  /** From Holocene on, a deposits-only block replaces the refused block, and the pipeline is flushed. */
  | { readonly kind: 'build-deposits-only'; readonly attributes: PayloadAttributes }
  /** Before Holocene, the batch is dropped together with the blocks of its span that are not safe yet. */
  | { readonly kind: 'revoke-span' }
  /** A deposits-only block was refused. Such a block is always valid, so the execution client violates the protocol. */
  | { readonly kind: 'critical' }

/**
 * Decides how derivation continues after a refused payload. The L1 block that the attributes were derived from decides
 * whether Holocene is active.
 * Spec: protocol/holocene/derivation.md#engine-queue, protocol/derivation.md#l1-sync-payload-attributes-processing
 */
export function afterRefusal(
  config: RollupConfig,
  { attributes, derivedFrom }: { readonly attributes: PayloadAttributes; derivedFrom: L1BlockRef },
): AfterRefusal {
  const replacement = depositsOnly(attributes)
  if (replacement === undefined) return { kind: 'critical' }
  if (!isActive(config, 'holocene', derivedFrom.timestamp)) return { kind: 'revoke-span' }
  return { kind: 'build-deposits-only', attributes: replacement }
}
