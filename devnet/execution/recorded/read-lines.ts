import { createReadStream, existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip, gunzipSync } from 'node:zlib'
import type * as z from 'zod'
import { Fault } from '#runtime/fault.ts'

/** Where a file of a record is, packed or not; undefined if it has none. */
export function findFile(folder: string, name: string): string | undefined {
  return [join(folder, name), join(folder, `${name}.gz`)].find((path) => existsSync(path))
}

/** @throws Fault `record` if there is no such file */
export function requireFile(folder: string, name: string): string {
  const path = findFile(folder, name)
  if (path !== undefined) return path
  throw new Fault('record', {
    severity: 'critical',
    detail: `there is no ${name} or ${name}.gz in ${folder}`,
  })
}

/** A file of JSON, packed or not. @throws Fault `record` with its name, if it cannot be read */
export async function readJson(path: string): Promise<unknown> {
  try {
    const bytes = await readFile(path)
    const text = path.endsWith('.gz') ? gunzipSync(bytes) : bytes
    return JSON.parse(text.toString('utf8')) as unknown
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

/**
 * The lines of a file, one each, as a schema reads them.
 *
 * @throws Fault `record` with file, line and field
 */
export async function* readParsed<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): AsyncGenerator<{ readonly value: z.output<Schema>; readonly line: unknown }> {
  let at = 0
  for await (const line of readLines(path)) {
    at++
    const { success, data, error } = schema.safeParse(line)
    if (success) yield { value: data, line }
    else {
      const [first] = error.issues
      const detail = `${path}, line ${at}: ${first?.path.join('.')}: ${first?.message}`
      throw new Fault('record', { severity: 'critical', detail, cause: error })
    }
  }
}

/** The lines of a file, one JSON value each, packed or not, as they are read. @throws Fault `record` with file and line */
async function* readLines(path: string): AsyncGenerator {
  const file = createReadStream(path)
  const input = path.endsWith('.gz') ? file.pipe(createGunzip()) : file
  file.once('error', (error) => input.destroy(error))
  let line = 0
  try {
    for await (const text of createInterface({ input, crlfDelay: Infinity })) {
      line++
      if (text !== '') yield JSON.parse(text) as unknown
    }
  } catch (cause) {
    throw unreadable(`${path}, line ${line}`, cause)
  }
}

function unreadable(where: string, cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause
  if (cause instanceof Fault) return cause
  return new Fault('record', { severity: 'critical', detail: `${where}: ${cause.message}`, cause })
}
