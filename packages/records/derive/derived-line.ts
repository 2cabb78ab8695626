import type { L1BlockRef } from '#protocol/block/refs.ts'
import type { DerivedAttributes } from '#protocol/pipeline/pipeline.ts'
import { attributesToJson } from '#json-rpc/forms/attributes-json.ts'
import type { SettledBlock } from './derive-chain.ts'

/** A derived block as a line of `expected.ndjson`, plus the field `matches`, which is null without a recorded block. */
export function derivedLine(settled: SettledBlock): string {
  return JSON.stringify({ ...settledJson(settled), matches: settled.matches ?? null })
}

/** A derived block as a line of `expected.ndjson`. */
export function expectedLine(settled: SettledBlock): string {
  return JSON.stringify(settledJson(settled))
}

/** Refused attributes as a line of `refused.ndjson`. */
export function refusedLine(
  { parent, attributes, derivedFrom }: DerivedAttributes,
  { thenDepositsOnly }: { readonly thenDepositsOnly: boolean },
): string {
  return JSON.stringify({
    parentHash: parent.hash,
    parentNumber: Number(parent.number),
    derivedFrom: idJson(derivedFrom),
    thenDepositsOnly: thenDepositsOnly || undefined,
    attributes: attributesToJson(attributes),
  })
}

function settledJson({ derived, isReplaced }: SettledBlock): object {
  const { parent, attributes, l1Origin, derivedFrom } = derived
  return {
    number: Number(parent.number + 1n),
    parentHash: parent.hash,
    timestamp: Number(attributes.timestamp),
    l1Origin: idJson(l1Origin),
    sequenceNumber: Number(derived.sequenceNumber),
    derivedFrom: idJson(derivedFrom),
    replaced: isReplaced || undefined,
    attributes: attributesToJson(attributes),
  }
}

function idJson({ hash, number }: Pick<L1BlockRef, 'hash' | 'number'>): object {
  return { hash, number: Number(number) }
}
