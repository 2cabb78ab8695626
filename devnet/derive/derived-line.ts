import { attributesToJson } from '#runtime/json/attributes-json.ts'
import type { SettledBlock } from './derive-chain.ts'

/** A derived block as a line of `expected.ndjson`, and whether it is the recorded one: null if none was recorded. */
export function derivedLine({ derived, isReplaced, matches }: SettledBlock): string {
  const { parent, attributes, l1Origin, derivedFrom } = derived
  return JSON.stringify({
    number: Number(parent.number + 1n),
    parentHash: parent.hash,
    timestamp: Number(attributes.timestamp),
    l1Origin: { hash: l1Origin.hash, number: Number(l1Origin.number) },
    sequenceNumber: Number(derived.sequenceNumber),
    derivedFrom: { hash: derivedFrom.hash, number: Number(derivedFrom.number) },
    replaced: isReplaced || undefined,
    attributes: attributesToJson(attributes),
    matches: matches ?? null,
  })
}
