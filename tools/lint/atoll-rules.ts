/**
 * The project's own lint rules, as an ESLint plugin.
 * Each has a planted violation in `rules.test.ts`. The table of rules is in `docs/CONTRIBUTING.md`.
 */

import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { importProblem } from './layers.ts'
import { wordsExempt, wordToAvoid } from './words.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A node of the syntax tree. */
interface Node {
  readonly type: string
  readonly [field: string]: unknown
}

interface Context {
  readonly filename: string
  readonly sourceCode: {
    getCommentsBefore(node: Node): readonly Comment[]
    getAllComments(): readonly Comment[]
  }
  report(problem: { node: Node; message: string }): void
}

interface Comment extends Node {
  readonly value: string
}

interface Rule {
  create(context: Context): Readonly<Record<string, (node: Node) => void>>
}

/** No re-exports, so that each declaration has one path. */
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

/** All that the pure layers may import; anything else does I/O. */
const pureImports: readonly (readonly [folder: string, allowed: RegExp])[] = [
  ['packages/protocol/', /^(\.\/|#|node:zlib$|hash-wasm$)/],
  ['packages/messages/', /^(\.\/|#|long$|protobufjs)/],
]

/** A file imports from its own layer and the ones below, statically or not: `layers.ts`. */
const layers: Rule = {
  create: (context) => {
    const path = relative(root, context.filename).replaceAll('\\', '/')
    const check = (node: Node) => {
      const source = node['source'] as Node | null | undefined
      if (source === null || source === undefined) return
      for (const specifier of specifiersIn(source)) {
        const problem = importProblem(path, specifier)
        if (problem !== undefined) context.report({ node, message: problem })
        for (const [folder, allowed] of pureImports)
          if (path.startsWith(folder) && !allowed.test(specifier))
            context.report({ node, message: `${folder} is pure: no import of ${specifier}.` })
      }
    }
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    }
  },
}

/** The path of an import; of a template, its beginning. */
function specifiersIn(source: Node): readonly string[] {
  if (source.type === 'TemplateLiteral') {
    const [first] = source['quasis'] as readonly { readonly value: { readonly cooked: string } }[]
    return first === undefined ? [] : [first.value.cooked]
  }
  return typeof source['value'] === 'string' ? [source['value']] : []
}

/** Node runs the sources as they are, so only erasable TypeScript is allowed. */
const noEnum: Rule = {
  create: (context) => ({
    TSEnumDeclaration: (node) =>
      context.report({ node, message: 'A closed set is a union of string literals.' }),
  }),
}

/**
 * A caught error is used, and an error thrown instead carries it as `cause`. A guard that rethrows all but some errors
 * must name those errors: by code, class or property.
 */
const useCaughtError: Rule = {
  create: (context) => ({
    CatchClause: (node) => {
      const caught = namesIn(node['param'])
      const body = node['body']
      if (caught.size === 0 || !mentions(body, caught)) {
        context.report({ node, message: 'Name the caught error and look at it, or let it pass.' })
        return
      }
      const guards = guardsOf(body as Node, caught)
      const isDropped =
        guards.length > 0 &&
        !mentions(without(body as Node, guards), caught) &&
        !guards.some(({ test }) => namesAnError(test, caught))
      if (isDropped)
        context.report({ node, message: 'Name the errors that are dropped, or use the error.' })
      for (const thrown of nodesIn(body)) {
        if (thrown.type === 'ReturnStatement' && isTextOf(thrown['argument'], caught))
          context.report({ node: thrown, message: 'Pass the error on, not its text.' })
        if (thrown.type === 'ThrowStatement' && !mentions(thrown['argument'], caught))
          context.report({ node: thrown, message: 'Pass the caught error on as `cause`.' })
      }
    },
  }),
}

interface Guard {
  readonly statement: Node
  readonly test: unknown
}

/** The statements `if (…error…) throw error` of a catch clause. */
function guardsOf(body: Node, caught: ReadonlySet<string>): readonly Guard[] {
  return (body['body'] as readonly Node[]).flatMap((statement) => {
    if (statement.type !== 'IfStatement' || isNode(statement['alternate'])) return []
    if (!mentions(statement['test'], caught)) return []
    const consequent = statement['consequent'] as Node
    const [first] = (consequent['body'] as readonly Node[] | undefined) ?? [consequent]
    const thrown = first?.type === 'ThrowStatement' ? (first['argument'] as Node) : undefined
    const isGuard = thrown?.type === 'Identifier' && caught.has(String(thrown['name']))
    return isGuard ? [{ statement, test: statement['test'] }] : []
  })
}

function without(body: Node, guards: readonly Guard[]): readonly Node[] {
  const statements = body['body'] as readonly Node[]
  return statements.filter((node) => !guards.some(({ statement }) => statement === node))
}

/** Whether a test distinguishes errors, instead of only detecting one. */
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

function isTextOf(value: unknown, caught: ReadonlySet<string>): boolean {
  return (
    isNode(value) &&
    value.type === 'MemberExpression' &&
    mentions(value['object'], caught) &&
    (value['property'] as Node)['name'] === 'message'
  )
}

/** The same for `.catch`: the handler must use the error. */
const useRejection: Rule = {
  create: (context) => ({
    CallExpression: (node) => {
      const callee = node['callee'] as Node
      const [handler] = node['arguments'] as readonly Node[]
      const property = callee['property'] as Node | undefined
      if (callee.type !== 'MemberExpression' || property?.['name'] !== 'catch') return
      const parameters = handler?.['params']
      if (Array.isArray(parameters) && parameters.length === 0)
        context.report({ node, message: 'Name the error and look at it, or let it pass.' })
    },
  }),
}

/** Every export of a package has a docstring. */
const docstring: Rule = {
  create: (context) => ({
    ExportNamedDeclaration: (node) => {
      if (node['declaration'] === null) return
      const documented = context.sourceCode
        .getCommentsBefore(node)
        .some(({ type, value }) => type === 'Block' && value.startsWith('*'))
      if (!documented)
        context.report({ node, message: 'An export needs a docstring: /** … */ right above it.' })
    },
  }),
}

/** `open(true)` is unclear at the call; `open({ readOnly: true })` is not. */
const noBooleanParameter: Rule = {
  create: (context) => {
    const check = (node: Node) => {
      for (const parameter of node['params'] as readonly Node[]) {
        if (isBoolean(parameter))
          context.report({
            node: parameter,
            message: 'Take an options object, or split the function.',
          })
      }
    }
    return { FunctionDeclaration: check, FunctionExpression: check, ArrowFunctionExpression: check }
  },
}

/** Whether a parameter is a boolean, by its declared type or its default. */
function isBoolean(parameter: Node): boolean {
  if (parameter.type === 'AssignmentPattern')
    return (
      typeof (parameter['right'] as Node)['value'] === 'boolean' ||
      isBoolean(parameter['left'] as Node)
    )
  const annotation = (parameter['typeAnnotation'] as Node | null | undefined)?.['typeAnnotation']
  const types = isNode(annotation) && annotation.type === 'TSUnionType' ? annotation['types'] : []
  return [annotation, ...(types as readonly unknown[])].some(
    (type) => isNode(type) && type.type === 'TSBooleanKeyword',
  )
}

/** Pure code is synchronous: it returns its result. */
const noAsync: Rule = {
  create: (context) => {
    const check = (node: Node) => {
      if (node['async'] === true)
        context.report({
          node,
          message: 'The protocol is synchronous: only its callers may wait.',
        })
    }
    return { FunctionDeclaration: check, FunctionExpression: check, ArrowFunctionExpression: check }
  },
}

const ideasOfNoFile = /^(utils?|helpers?|common|types|misc|index)\.[jt]s$/
const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*(\.((vectors\.)?test|fixture|d))?\.[jt]s$/

/** A file has one idea, and is named after it. */
const fileName: Rule = {
  create: (context) => ({
    Program: (node) => {
      const name = context.filename.split(/[/\\]/).at(-1) ?? ''
      if (ideasOfNoFile.test(name))
        context.report({
          node,
          message: `${name} says nothing: name the file after its one idea.`,
        })
      else if (!kebabCase.test(name))
        context.report({ node, message: `${name}: file names are kebab-case.` })
    },
  }),
}

/** Comments and texts use the words of the field: `words.ts`. */
const words: Rule = {
  create: (context) => {
    if (wordsExempt.test(context.filename)) return {}
    const check = (node: Node, text: string) => {
      const word = wordToAvoid(text)
      if (word !== undefined)
        context.report({
          node,
          message: `"${word.found}": write ${word.instead} (tools/lint/words.ts).`,
        })
    }
    return {
      Program: () => {
        for (const comment of context.sourceCode.getAllComments()) check(comment, comment.value)
      },
      Literal: (node) => {
        if (typeof node['value'] === 'string') check(node, node['value'])
      },
      TemplateElement: (node) => {
        check(node, (node['value'] as { readonly cooked: string }).cooked)
      },
    }
  },
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

// The only default export of the repository: the plugin API requires it.
export default {
  meta: { name: 'atoll' },
  rules: {
    layers,
    'no-reexport': noReexport,
    'no-async': noAsync,
    'no-enum': noEnum,
    'use-caught-error': useCaughtError,
    'use-rejection': useRejection,
    docstring,
    'no-boolean-parameter': noBooleanParameter,
    'file-name': fileName,
    words,
  },
}
