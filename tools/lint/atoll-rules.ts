/**
 * The project's own lint rules, as an ESLint plugin.
 * Each has a planted violation in `rules.test.ts`. The table of rules is in `docs/CONTRIBUTING.md`.
 */

import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { useCaughtError, useRejection } from './caught-errors.ts'
import { importProblem } from './layers.ts'
import { type Comment, isNode, type Node, type Rule } from './syntax-tree.ts'
import { wordsExempt, wordToAvoid } from './words.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** No re-exports, so that each declaration has one path. */
const noReexport: Rule = {
  create: (context) => {
    const report = (node: Node) =>
      context.report({
        node,
        message: 'Do not re-export: import a declaration from the file that declares it.',
      })
    return {
      ExportAllDeclaration: report,
      ExportNamedDeclaration: (node) => {
        if (node['source'] !== null) report(node)
      },
    }
  },
}

/** The only imports that the pure layers may have. Other modules may do I/O. The listed packages only compute. */
const pureImports: readonly (readonly [folder: string, allowed: RegExp])[] = [
  ['packages/protocol/', /^(\.\/|#|node:zlib$|hash-wasm$|snappy$|tiny-secp256k1$)/],
  ['packages/messages/', /^(\.\/|#|long$|protobufjs)/],
]

/** A file imports only from its own layer and the lower layers of `layers.ts`. Dynamic and type imports count too. */
const layers: Rule = {
  create: (context) => {
    const path = relative(root, context.filename).replaceAll('\\', '/')
    const check = (node: Node) => {
      const source = node['source'] ?? node['argument']
      if (!isNode(source)) return
      const specifier = specifierIn(source)
      if (specifier === undefined) {
        context.report({ node, message: 'Start the path of an import with a literal.' })
        return
      }
      const problem = importProblem(path, specifier)
      if (problem !== undefined) context.report({ node, message: problem })
      for (const [folder, allowed] of pureImports)
        if (path.startsWith(folder) && !allowed.test(specifier))
          context.report({ node, message: `${folder} is pure: no import of ${specifier}.` })
    }
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      TSImportType: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    }
  },
}

/** The path of an import, or the literal that a template or a concatenation begins with; undefined if there is none. */
function specifierIn(source: Node): string | undefined {
  if (source.type === 'TSLiteralType') return specifierIn(source['literal'] as Node)
  if (source.type === 'BinaryExpression') return specifierIn(source['left'] as Node)
  if (source.type === 'TemplateLiteral') {
    const [first] = source['quasis'] as readonly { readonly value: { readonly cooked: string } }[]
    return first?.value.cooked || undefined
  }
  return typeof source['value'] === 'string' ? source['value'] : undefined
}

/** Node.js runs the sources without a compiler, so only erasable TypeScript is allowed. */
const noEnum: Rule = {
  create: (context) => ({
    TSEnumDeclaration: (node) =>
      context.report({ node, message: 'A closed set is a union of string literals.' }),
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

/** Pure code is synchronous: it returns results, not promises. */
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
        const comments = context.sourceCode.getAllComments()
        for (const { comment, text } of paragraphsOf(comments)) check(comment, text)
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

/** The texts of comments without line breaks. Consecutive line comments are one text. */
function paragraphsOf(
  comments: readonly Comment[],
): readonly { readonly comment: Comment; readonly text: string }[] {
  const paragraphs: { readonly comment: Comment; text: string }[] = []
  let last: Comment | undefined
  for (const comment of comments) {
    const text = comment.value.replaceAll(/\s*\n\s*\*?\s*/g, ' ')
    const paragraph = paragraphs.at(-1)
    const continues =
      comment.type === 'Line' && last?.type === 'Line' && lineOf(comment) === lineOf(last) + 1
    if (continues && paragraph !== undefined) paragraph.text += ` ${text.trim()}`
    else paragraphs.push({ comment, text })
    last = comment
  }
  return paragraphs
}

function lineOf({ loc }: Comment): number {
  return loc.start.line
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
