import { DecodeError } from '#protocol/codec/decode-error.ts'

// Rule limit-dependencies: A dependency set has 1,000 chains at most. Spec: Atoll's own
/** Limit on the chains of a dependency set, far above any real one. */
export const maxDependencies = 1_000

/**
 * Reads a dependency set in op-node's form: `{"dependencies":{"10":{},"130":{}}}`.
 *
 * @returns the ids of its chains
 * @throws DecodeError if the JSON is malformed
 * Spec: interop/dependency-set.md
 */
export function parseDependencySet(json: unknown): readonly bigint[] {
  const dependencies = isObject(json) ? json['dependencies'] : undefined
  if (!isObject(dependencies)) throw new DecodeError('a dependency set without `dependencies`')
  const ids = Object.keys(dependencies)
  if (ids.length > maxDependencies)
    throw new DecodeError(`${ids.length} chains in a dependency set, at most ${maxDependencies}`)
  return ids.map((id) => {
    if (!/^\d{1,78}$/.test(id)) throw new DecodeError(`${id.slice(0, 80)} is not a chain id`)
    return BigInt(id)
  })
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
