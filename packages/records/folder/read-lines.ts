import { accessSync, constants, createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { createGunzip } from 'node:zlib'
import type * as z from 'zod'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { Fault } from '#runtime/fault.ts'
import { readProblem } from '#runtime/json-file.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'

/** Path of a file of a record, compressed or not; undefined if it is missing. */
export function findFile(folder: string, name: string): string | undefined {
  return [join(folder, name), join(folder, `${name}.gz`)].find((path) => existsSync(path))
}

/** Path of a file of a record, compressed or not. @throws Fault `record` if it is missing */
export function requireFile(folder: string, name: string): string {
  const path = findFile(folder, name)
  if (path !== undefined) return path
  throw recordFault(`there is no ${name} or ${name}.gz in ${folder}${whyNot(folder)}`)
}

/** Why a folder cannot be used, as the last part of an error text; empty if the folder can be used. */
function whyNot(folder: string): string {
  try {
    accessSync(folder, constants.R_OK | constants.X_OK)
    return ''
  } catch (error) {
    const isDenied = error instanceof Error && 'code' in error && error.code === 'EACCES'
    return isDenied ? ', which cannot be read' : ', which does not exist'
  }
}

/**
 * Reads the lines of a file and parses each with a schema.
 *
 * @throws Fault `record` with file, line and field
 */
export async function* readParsed<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): AsyncGenerator<{ readonly value: z.output<Schema>; readonly line: unknown }> {
  for await (const { json, where } of readLines(path)) {
    yield { value: within(where, () => parseJson(schema, json)), line: json }
  }
}

/** A line of a file. */
export interface RecordLine {
  readonly json: unknown
  /** File and line, for errors. */
  readonly where: string
}

/** Limit on a line in bytes. An L1 block with all its blobs has a tenth of it. A string cannot be much longer. */
export const maxLineBytes = 256 * 1_024 * 1_024

/** Reads the lines of a file, compressed or not, as JSON values. @throws Fault `record` with file and line */
export async function* readLines(path: string): AsyncGenerator<RecordLine> {
  const file = createReadStream(path)
  const input = path.endsWith('.gz') ? file.pipe(createGunzip()) : file
  file.once('error', (error) => input.destroy(error))
  let line = 0
  try {
    for await (const bytes of splitLines(input)) {
      line++
      if (bytes.length === 0) continue
      const json: unknown = JSON.parse(bytes.toString('utf8'))
      yield { json, where: `${path}, line ${line}` }
    }
  } catch (cause) {
    throw unreadable(`${path}, line ${cause instanceof SyntaxError ? line : line + 1}`, cause)
  } finally {
    file.destroy()
  }
}

async function* splitLines(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = []
  let bytes = 0
  for await (const chunk of input) {
    let start = 0
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      yield Buffer.concat([...pieces, chunk.subarray(start, end)])
      pieces = []
      bytes = 0
      start = end + 1
    }
    pieces.push(chunk.subarray(start))
    bytes += chunk.length - start
    if (bytes > maxLineBytes) throw new RangeError(`a line of more than ${maxLineBytes} bytes`)
  }
  yield Buffer.concat(pieces)
}

const lineFeed = 0x0a

/** Parses a part of a record. @throws Fault `record` with file and line, if `read` throws a DecodeError */
export function within<Value>(where: string, read: () => Value): Value {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof DecodeError) throw recordFault(`${where}: ${cause.message}`, cause)
    throw cause
  }
}

/** The fault for a record that cannot be used. */
export function recordFault(detail: string, cause?: unknown): Fault {
  return new Fault('record', { detail, cause })
}

function unreadable(where: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || cause instanceof Fault) return cause
  return recordFault(`${where}: ${readProblem(cause)}`, cause)
}
