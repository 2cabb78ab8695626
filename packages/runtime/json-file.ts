import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { Fault, toError } from './fault.ts'

/** Reads a JSON file, decompressed if its name ends in `.gz`. @throws Fault `invalid-file` with path and problem */
export async function readJsonFile(path: string): Promise<unknown> {
  try {
    const bytes = await readFile(path)
    const text = path.endsWith('.gz') ? gunzipSync(bytes) : bytes
    return JSON.parse(text.toString('utf8')) as unknown
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause
    throw invalidFile(path, cause)
  }
}

/** Parses the content of a file. @throws Fault `invalid-file` that names the file, if `parse` throws a DecodeError */
export function parseFile<Value>(path: string, parse: () => Value): Value {
  try {
    return parse()
  } catch (cause) {
    if (cause instanceof DecodeError) throw invalidFile(path, cause)
    throw cause
  }
}

/** The fault for a file that cannot be read or used. */
export function invalidFile(path: string, cause: Error): Fault {
  const detail = `${path}: ${readProblem(cause)}`
  return new Fault('invalid-file', { detail, cause })
}

/** The mistake in the text of a JSON file; undefined if there is none. */
export function jsonProblem(text: string): string | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    // eslint-disable-next-line atoll/use-caught-error -- the text is part of the mistake in a setting
    return `it is not JSON: ${toError(error).message}`
  }
}

/** The problem of a file that was read, decompressed or parsed. */
export function readProblem(cause: Error): string {
  const code = 'code' in cause ? String(cause.code) : ''
  if (code === 'ENOENT') return 'no such file'
  if (code === 'EISDIR') return 'it is a folder'
  if (code === 'EACCES') return 'the user of this process may not read it'
  if (cause instanceof SyntaxError) return `it is not JSON: ${cause.message}`
  return code.startsWith('Z_') ? `it cannot be decompressed: ${cause.message}` : cause.message
}
