import * as z from 'zod'
import { errorCodes, JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import { addressJson, hashJson } from '#json-rpc/forms/fields.ts'
import type { LogJson } from './prefix-reader.ts'

/** Limit on the addresses of a filter, and on the topics of each position, as in geth. */
export const maxFilterWords = 1_000

/** Limit on the topics of a log. */
const maxTopics = 4

// A union of both forms would report an error for each form instead of the exceeded limit.
const oneOrMore = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess(
    (value: unknown): unknown => (Array.isArray(value) ? value : [value]),
    z.array(schema).max(maxFilterWords, `at most ${maxFilterWords} alternatives are allowed`),
  )

/** Addresses and topics of logs. Spec: execution-apis, src/schemas/filter.yaml */
const filterJson = z.object({
  address: oneOrMore(addressJson).nullish(),
  topics: z.array(oneOrMore(hashJson).nullable()).max(maxTopics).nullish(),
})

/** Whether a log matches a filter. */
export type LogFilter = (log: LogJson) => boolean

/** Reads a filter. @throws JsonRpcError -32602 that names the mistake */
export function readLogFilter(json: unknown): LogFilter {
  const { data, error } = filterJson.safeParse(json ?? {})
  if (data === undefined) {
    const [first] = error.issues
    const where = first?.path.join('.') ?? ''
    const message = `invalid filter: ${where === '' ? '' : `${where}: `}${first?.message}`
    throw new JsonRpcError(errorCodes.invalidParams, message)
  }
  const addresses = new Set<string>(data.address ?? [])
  const topics = (data.topics ?? []).map((choice) => new Set<string>(choice ?? []))
  const isOne = (word: string | undefined, wanted: ReadonlySet<string>) =>
    wanted.size === 0 || (word !== undefined && wanted.has(word.toLowerCase()))
  return (log) =>
    topics.length <= log.topics.length &&
    isOne(log.address, addresses) &&
    topics.every((wanted, at) => isOne(log.topics[at], wanted))
}
