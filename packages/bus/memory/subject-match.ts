/**
 * Whether a subject matches a pattern: `*` stands for one token, a final `>` for one or more.
 * A `>` at the end of the subject itself must be covered by one in the pattern: a subscription to many subjects is
 * permitted only if all of them are.
 */
export function subjectMatches(pattern: string, subject: string): boolean {
  return pattern === subject || expressionOf(pattern).test(subject)
}

const expressions = new Map<string, RegExp>()

/** There are only a few patterns, of subscriptions and permissions; each is compiled once. */
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
