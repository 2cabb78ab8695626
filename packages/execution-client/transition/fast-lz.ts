/** Maximum distance of a match. */
const maxDistance = 0x1fff

/** Maximum length of a match in one instruction. */
const maxMatch = 262

/** Bytes at the end that are not matched. */
const tail = 13

/**
 * The size that data would have after compression by FastLZ, level 1. Fjord estimates the L1 data fee from this size.
 * Nothing is compressed: only the sizes of the instructions are added up. Spec: protocol/fjord/exec-engine.md#fees
 */
export function fastLzSize(data: Uint8Array): number {
  const positions = new Uint32Array(maxDistance + 1)
  const matchEnd = data.length < tail ? 0 : data.length - tail
  let size = 0
  let anchor = 0
  let at = 2
  while (at < matchEnd) {
    const found = nextMatch(data, { positions, at, matchEnd })
    if (found === undefined) break
    const { start, reference } = found
    size += literals(start - anchor)
    const length = matchLength(data, { reference: reference + 3, at: start + 3, end: matchEnd + 9 })
    size += matches(length)
    const next = start + length
    positions[hashAt(data, next)] = next
    positions[hashAt(data, next + 1)] = next + 1
    anchor = next + 2
    at = anchor
  }
  return size + literals(data.length - anchor)
}

function nextMatch(
  data: Uint8Array,
  {
    positions,
    at,
    matchEnd,
  }: { readonly positions: Uint32Array; readonly at: number; readonly matchEnd: number },
): { readonly start: number; readonly reference: number } | undefined {
  for (let start = at; ; start++) {
    const sequence = threeBytes(data, start)
    const slot = hash(sequence)
    const reference = positions[slot] ?? 0
    positions[slot] = start
    if (start >= matchEnd) return undefined
    if (start - reference <= maxDistance && sequence === threeBytes(data, reference))
      return { start, reference }
  }
}

function matchLength(
  data: Uint8Array,
  { reference, at, end }: { readonly reference: number; readonly at: number; readonly end: number },
): number {
  // As in the original code, the length is one more than the number of equal bytes, unless the equal bytes extend to
  // the end of the data.
  let length = 0
  for (let limit = end - at; length < limit; length++)
    if (data[reference + length] !== data[at + length]) limit = 0
  return length
}

function literals(count: number): number {
  const rest = count & 31
  return 33 * (count >> 5) + (rest === 0 ? 0 : rest + 1)
}

function matches(length: number): number {
  const rest = length - 1
  return 3 * Math.floor(rest / maxMatch) + (rest % maxMatch >= 6 ? 3 : 2)
}

function threeBytes(data: Uint8Array, at: number): number {
  return (data[at] ?? 0) | ((data[at + 1] ?? 0) << 8) | ((data[at + 2] ?? 0) << 16)
}

function hashAt(data: Uint8Array, at: number): number {
  return hash(threeBytes(data, at))
}

function hash(sequence: number): number {
  return (Math.imul(2_654_435_769, sequence) >>> 19) & maxDistance
}
