/**
 * Whether a subject fits a pattern: `*` stands for one word, a last `>` for one or more.
 * A `>` that the subject itself ends in must be covered by one of the pattern: so a subscription to many subjects is
 * within a right only if all of them are.
 */
export function subjectMatches(pattern: string, subject: string): boolean {
  if (pattern === subject) return true
  const wanted = pattern.split('.')
  const words = subject.split('.')
  for (const [at, want] of wanted.entries()) {
    const word = words[at]
    if (word === undefined) return false
    if (want === '>') return true
    if (word === '>') return false
    if (want !== '*' && want !== word) return false
  }
  return wanted.length === words.length
}
