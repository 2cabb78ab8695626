import type * as z from 'zod'
import { DecodeError } from '#protocol/codec/decode-error.ts'

/**
 * Checks a parsed JSON value against a schema, and returns the schema's output.
 *
 * @param what name of the value in the error; may be empty
 * @throws DecodeError with the path of the first malformed field, and its flaw
 */
export function parseJson<Schema extends z.ZodType>(
  schema: Schema,
  json: unknown,
  what = '',
): z.output<Schema> {
  const { success, data, error } = schema.safeParse(json)
  if (success) return data
  const [first] = error.issues
  const path = [what, ...(first?.path ?? [])].filter((part) => part !== '').join('.')
  const flaw = json === undefined ? 'it is missing' : (first?.message ?? error.message)
  throw new DecodeError(path === '' ? flaw : `${path}: ${flaw}`, { cause: error })
}
