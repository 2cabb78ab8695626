import { attributesToJson } from '#runtime/json/attributes-json.ts'
import type { DerivedBlock } from './derive-chain.ts'

/** A derived block as a line of `expected.ndjson`, and whether it is the recorded one: null if none was recorded. */
export function derivedLine({ derived, ref, isReplaced, matches }: DerivedBlock): string {
  return JSON.stringify({
    number: Number(ref.number),
    parentHash: ref.parentHash,
    timestamp: Number(ref.timestamp),
    l1Origin: { hash: ref.l1Origin.hash, number: Number(ref.l1Origin.number) },
    sequenceNumber: Number(ref.sequenceNumber),
    derivedFrom: { hash: derived.derivedFrom.hash, number: Number(derived.derivedFrom.number) },
    replaced: isReplaced || undefined,
    attributes: attributesToJson(derived.attributes),
    matches: matches ?? null,
  })
}
