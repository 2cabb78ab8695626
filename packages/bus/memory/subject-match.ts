/**
 * Whether a subject matches a pattern: `*` matches one token, a final `>` one or more tokens. A subject may end with
 * `>` too, for a subscription to many subjects. Such a subject matches only if the pattern matches all of these
 * subjects.
 */
export function subjectMatches(pattern: string, subject: string): boolean {
  return pattern === subject || expressionOf(pattern).test(subject)
}

const expressions = new Map<string, RegExp>()

/** The compiled pattern. There are only a few patterns, so all of them are cached. */
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
