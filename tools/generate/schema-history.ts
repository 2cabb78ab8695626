import { readFile } from 'node:fs/promises'
import protobuf from 'protobufjs'
import { protoFiles } from './proto-code.ts'

/** The permanent part of all messages and enums: for each of them, the name and type of each field number. */
export type Schema = Readonly<Record<string, Readonly<Record<string, string>>>>

const historyFile = 'proto/history.json'

/**
 * The published schema, extended by new fields.
 *
 * @throws Error if a published field is missing or changed. During an upgrade, services of two releases communicate.
 * They would silently misread a field whose number changed its meaning
 */
export async function schemaHistory(): Promise<string> {
  const published = JSON.parse(await readFile(historyFile, 'utf8')) as Schema
  const current = await currentSchema()
  const breaks = breaksOf(published, current)
  if (breaks.length === 0) return `${JSON.stringify(current, null, 2)}\n`
  throw new Error(`the schema only grows:\n  ${breaks.join('\n  ')}`)
}

/** Published fields that are missing or different in the current schema. */
export function breaksOf(published: Schema, current: Schema): readonly string[] {
  const breaks: string[] = []
  for (const [type, fields] of Object.entries(published)) {
    const now = current[type]
    if (now === undefined) {
      breaks.push(`${type} is gone`)
      continue
    }
    for (const [number, meaning] of Object.entries(fields))
      if (now[number] !== meaning)
        breaks.push(`${type} ${number} was ${meaning} and is ${now[number] ?? 'gone'}`)
  }
  return breaks
}

/** Reads the schema from the `.proto` files. */
function currentSchema(): Promise<Schema> {
  return Promise.resolve(schemaOf(loadFiles(protoFiles())))
}

function loadFiles(files: readonly string[]): protobuf.Root {
  const root = new protobuf.Root()
  root.resolvePath = (_origin, target) => (target.startsWith('proto/') ? target : `proto/${target}`)
  return root.loadSync([...files], { keepCase: true })
}

/** The permanent part of a schema. */
export function schemaOf(root: protobuf.Root): Schema {
  const schema: Record<string, Record<string, string>> = {}
  root.resolveAll()
  const visit = (object: protobuf.ReflectionObject) => {
    const name = object.fullName.slice(1)
    if (object instanceof protobuf.Enum) schema[name] = { ...object.valuesById }
    if (object instanceof protobuf.Type)
      schema[name] = Object.fromEntries(
        object.fieldsArray.map((field) => [field.id, meaningOf(field)]),
      )
    if (object instanceof protobuf.Namespace) for (const nested of object.nestedArray) visit(nested)
  }
  visit(root)
  return Object.fromEntries(Object.entries(schema).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function meaningOf(field: protobuf.Field): string {
  const type = field.resolvedType?.fullName.slice(1) ?? field.type
  const isOptional = field.options?.['proto3_optional'] === true
  const presence = field.repeated ? 'repeated ' : isOptional ? 'optional ' : ''
  const group = field.partOf === null || isOptional ? '' : ` of ${field.partOf.name}`
  return `${presence}${type} ${field.name}${group}`
}
