/**
 * Whether a subject fits a pattern: `*` stands for one word, a last `>` for one or more.
 * A `>` that the subject itself ends in must be covered by one of the pattern: so a subscription to many subjects is
 * within a right only if all of them are.
 */
export function subjectMatches(pattern: string, subject: string): boolean {
  return pattern === subject || expressionOf(pattern).test(subject)
}

const expressions = new Map<string, RegExp>()

/** Patterns are the few that somebody subscribes to or has a right to; each is compiled once. */
function expressionOf(pattern: string): RegExp {
  const known = expressions.get(pattern)
  if (known !== undefined) return known
  const words = pattern.split('.').map((word) => {
    if (word === '>') return '.+'
    return word === '*' ? '[^.>]+' : RegExp.escape(word)
  })
  const expression = new RegExp(`^${words.join('\\.')}$`)
  expressions.set(pattern, expression)
  return expression
}
