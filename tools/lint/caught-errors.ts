import { isNode, mentions, namesIn, type Node, nodesIn, type Rule } from './syntax-tree.ts'

/**
 * A caught error must be used, and an error that is thrown in its place must have the caught error as `cause`. A catch
 * clause that handles some errors and rethrows the others must name those that it handles: by code, class or property.
 */
export const useCaughtError: Rule = {
  create: (context) => ({
    CatchClause: (node) => {
      const caught = namesIn(node['param'])
      const body = node['body'] as Node
      if (caught.size === 0 || !mentions(body, caught)) {
        context.report({ node, message: 'Name the caught error and use it, or do not catch it.' })
        return
      }
      const statements = body['body'] as readonly Node[]
      // The text of an error of a known class may be a result, such as the reason in an answer to a client.
      const isClass = statements.some(
        ({ test }) => namesAnError(test, caught) && !namesIn(test).has('isFault'),
      )
      if (dropsAnyError(statements, caught))
        context.report({ node, message: 'Name the errors that are dropped, or use the error.' })
      for (const statement of nodesIn(body)) {
        const { argument } = statement as Node & { readonly argument?: unknown }
        if (statement.type === 'ReturnStatement' && usesTextAlone(argument, caught) && !isClass)
          context.report({ node: statement, message: 'Return the error, not only its text.' })
        if (statement.type === 'ThrowStatement' && !mentions(argument, caught))
          context.report({ node: statement, message: 'Pass the caught error as `cause`.' })
      }
    },
  }),
}

/**
 * Whether a catch clause drops errors without naming them. Such a clause tests at most whether the error is a `Fault`
 * or an `Error`, as in `if (!isFault(error)) throw error` or `if (isFault(error)) return undefined; throw error`.
 */
function dropsAnyError(statements: readonly Node[], caught: ReadonlySet<string>): boolean {
  const guards = statements.filter((statement) => isGuard(statement, caught))
  const others = statements.filter((node) => !guards.includes(node) && !rethrows(node, caught))
  return (
    guards.length > 0 &&
    !mentions(others, caught) &&
    !guards.some(({ test }) => namesAnError(test, caught))
  )
}

/** Whether a statement is `if (…error…) …` whose branch ignores the error or rethrows it. */
function isGuard(statement: Node, caught: ReadonlySet<string>): boolean {
  if (statement.type !== 'IfStatement' || isNode(statement['alternate'])) return false
  if (!mentions(statement['test'], caught)) return false
  const branch = statement['consequent'] as Node
  const [first] = (branch['body'] as readonly Node[] | undefined) ?? [branch]
  return !mentions(branch, caught) || (first !== undefined && rethrows(first, caught))
}

function rethrows({ type, argument }: Node, caught: ReadonlySet<string>): boolean {
  if (type !== 'ThrowStatement' || !isNode(argument)) return false
  return argument.type === 'Identifier' && caught.has(String(argument['name']))
}

/** Whether a condition distinguishes between errors, instead of only detecting an error. */
function namesAnError(test: unknown, caught: ReadonlySet<string>): boolean {
  for (const node of nodesIn(test)) {
    if (node.type === 'MemberExpression' && mentions(node['object'], caught)) return true
    if (node.type === 'CallExpression' && mentions(node['arguments'], caught)) {
      const isAnyFault = namesIn(node['callee']).has('isFault')
      if (!isAnyFault || (node['arguments'] as readonly Node[]).length > 1) return true
    }
    if (node.type === 'BinaryExpression' && node['operator'] === 'instanceof')
      if (!mentions(node['right'], new Set(['Error', 'Fault']))) return true
  }
  return false
}

/** Whether a value has the text of the error, but not the error itself. */
function usesTextAlone(value: unknown, caught: ReadonlySet<string>): boolean {
  let uses = 0
  let texts = 0
  for (const node of nodesIn(value)) {
    if (node.type === 'Identifier' && caught.has(String(node['name']))) uses++
    if (node.type !== 'MemberExpression' || !mentions(node['object'], caught)) continue
    if ((node['property'] as Node)['name'] === 'message') texts++
  }
  return texts > 0 && uses === texts
}

/** The handler of `.catch(…)` and `.then(…, …)` must use the error. */
export const useRejection: Rule = {
  create: (context) => ({
    CallExpression: (node) => {
      const callee = node['callee'] as Node
      if (callee.type !== 'MemberExpression') return
      const { name } = callee['property'] as { readonly name?: unknown }
      const [first, second] = node['arguments'] as readonly Node[]
      const handler = name === 'catch' ? first : name === 'then' ? second : undefined
      const parameters = handler?.['params']
      if (!Array.isArray(parameters)) return
      if (parameters.length > 0 && mentions(handler?.['body'], namesIn(parameters[0]))) return
      context.report({ node, message: 'Name the error and use it, or do not catch it.' })
    },
  }),
}
