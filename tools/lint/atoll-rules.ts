/**
 * Rules of the house that no ready linter has, in ESLint's form.
 * Each has a planted violation in `rules.test.ts`. Why the rules are what they are: `docs/CONTRIBUTING.md`.
 */

/** A node of the syntax tree, as far as the rules look at one. */
interface Node {
  readonly type: string
  readonly [field: string]: unknown
}

interface Context {
  readonly filename: string
  readonly sourceCode: { getCommentsBefore(node: Node): readonly { type: string; value: string }[] }
  report(problem: { node: Node; message: string }): void
}

interface Rule {
  create(context: Context): Readonly<Record<string, (node: Node) => void>>
}

/** One path to each thing: a file exports what it declares. */
const noReexport: Rule = {
  create: (context) => {
    const report = (node: Node) =>
      context.report({ node, message: 'Import it where it is declared: no re-exports.' })
    return {
      ExportAllDeclaration: report,
      ExportNamedDeclaration: (node) => {
        if (node['source'] !== null) report(node)
      },
    }
  },
}

/** Node runs the sources as they are, and only erasable TypeScript survives that. */
const noEnum: Rule = {
  create: (context) => ({
    TSEnumDeclaration: (node) =>
      context.report({ node, message: 'A closed set is a union of string literals.' }),
  }),
}

/** A caught error is looked at, and an error thrown in its place carries it as `cause`. */
const useCaughtError: Rule = {
  create: (context) => ({
    CatchClause: (node) => {
      const caught = namesIn(node['param'])
      const body = node['body']
      if (caught.size === 0 || !mentions(body, caught)) {
        context.report({ node, message: 'Name the caught error and look at it, or let it pass.' })
        return
      }
      for (const thrown of nodesIn(body)) {
        if (thrown.type === 'ThrowStatement' && !mentions(thrown['argument'], caught))
          context.report({ node: thrown, message: 'Hand the caught error on as `cause`.' })
      }
    },
  }),
}

/** What a package exports says what it is for. */
const docstring: Rule = {
  create: (context) => ({
    ExportNamedDeclaration: (node) => {
      if (node['declaration'] === null) return
      const documented = context.sourceCode
        .getCommentsBefore(node)
        .some(({ type, value }) => type === 'Block' && value.startsWith('*'))
      if (!documented)
        context.report({ node, message: 'An export has a docstring: /** … */ right above it.' })
    },
  }),
}

/** `open(true)` says nothing at the call; `open({ readOnly: true })` does. */
const noBooleanParameter: Rule = {
  create: (context) => {
    const check = (node: Node) => {
      for (const parameter of node['params'] as readonly Node[]) {
        const annotation = (parameter['typeAnnotation'] as Node | undefined)?.['typeAnnotation']
        if ((annotation as Node | undefined)?.type === 'TSBooleanKeyword')
          context.report({
            node: parameter,
            message: 'Take an options object, or split the function.',
          })
      }
    }
    return { FunctionDeclaration: check, FunctionExpression: check, ArrowFunctionExpression: check }
  },
}

const ideasOfNoFile = /^(utils?|helpers?|common|types|misc|index)\.[jt]s$/
const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|fixture|d))?\.[jt]s$/

/** A file holds one idea under that idea's name. */
const fileName: Rule = {
  create: (context) => ({
    Program: (node) => {
      const name = context.filename.split(/[/\\]/).at(-1) ?? ''
      if (ideasOfNoFile.test(name))
        context.report({
          node,
          message: `${name} has no idea to hold: name the file after its one.`,
        })
      else if (!kebabCase.test(name))
        context.report({ node, message: `${name}: file names are kebab-case.` })
    },
  }),
}

function* nodesIn(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const item of value) yield* nodesIn(item)
  if (!isNode(value)) return
  yield value
  for (const [field, child] of Object.entries(value)) if (field !== 'parent') yield* nodesIn(child)
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && !Array.isArray(value)
}

function namesIn(pattern: unknown): Set<string> {
  const names = new Set<string>()
  for (const node of nodesIn(pattern))
    if (node.type === 'Identifier') names.add(String(node['name']))
  return names
}

function mentions(value: unknown, names: ReadonlySet<string>): boolean {
  for (const node of nodesIn(value))
    if (node.type === 'Identifier' && names.has(String(node['name']))) return true
  return false
}

// The one default export of the house: the linter's plugin form asks for it.
export default {
  meta: { name: 'atoll' },
  rules: {
    'no-reexport': noReexport,
    'no-enum': noEnum,
    'use-caught-error': useCaughtError,
    docstring,
    'no-boolean-parameter': noBooleanParameter,
    'file-name': fileName,
  },
}
