/** A node of the syntax tree. */
export interface Node {
  readonly type: string
  readonly [field: string]: unknown
}

/** The file that a rule checks. */
interface Context {
  readonly filename: string
  readonly sourceCode: {
    getCommentsBefore(node: Node): readonly Comment[]
    getAllComments(): readonly Comment[]
  }
  report(problem: { node: Node; message: string }): void
}

/** A comment, with its text between the delimiters. */
export interface Comment extends Node {
  readonly value: string
  readonly loc: { readonly start: { readonly line: number } }
}

/** A lint rule: what to do at nodes of each type. */
export interface Rule {
  create(context: Context): Readonly<Record<string, (node: Node) => void>>
}

/** A value of the syntax tree and all nodes below it. */
export function* nodesIn(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const item of value) yield* nodesIn(item)
  if (!isNode(value)) return
  yield value
  for (const [field, child] of Object.entries(value)) if (field !== 'parent') yield* nodesIn(child)
}

/** Whether a field holds a node. */
export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && !Array.isArray(value)
}

/** The identifiers in a part of the tree. */
export function namesIn(pattern: unknown): Set<string> {
  const names = new Set<string>()
  for (const node of nodesIn(pattern))
    if (node.type === 'Identifier') names.add(String(node['name']))
  return names
}

/** Whether a part of the tree has one of the names. */
export function mentions(value: unknown, names: ReadonlySet<string>): boolean {
  for (const node of nodesIn(value))
    if (node.type === 'Identifier' && names.has(String(node['name']))) return true
  return false
}
