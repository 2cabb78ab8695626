/** How many letters may differ for a word to be taken for a slip of another. */
const maxDistance = 3

/** The candidate that a mistyped word most likely meant; undefined if none is close. */
export function closestTo(word: string, candidates: readonly string[]): string | undefined {
  let closest: string | undefined
  let least = Math.min(maxDistance, Math.floor(word.length / 4))
  for (const candidate of candidates) {
    const distance = editDistance(word, candidate)
    if (distance > least) continue
    least = distance - 1
    closest = candidate
  }
  return closest
}

/** Letters to insert, delete or change to make one word the other: Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) {
      const change = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1)
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
