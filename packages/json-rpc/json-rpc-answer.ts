import { Fault } from '#runtime/fault.ts'
import type { EndpointAnswer } from './endpoint.ts'
import { type ErrorMeaning, meaningOf, pauseIn } from './provider-errors.ts'

/** Id of a call and its answer; `null` if the id of the call could not be parsed. */
export type JsonRpcId = string | number | null

/** Error codes of JSON-RPC 2.0, and of EIP-1474 for exceeded limits. */
export const errorCodes = {
  parse: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  internal: -32_603,
  limitExceeded: -32_005,
} as const

/** An error answer: the server understood the call, and refused it. */
export class JsonRpcError extends Error {
  override readonly name = 'JsonRpcError'
  readonly code: number
  readonly data: unknown

  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.code = code
    this.data = data
  }

  /** What the error means, whatever code the provider uses. */
  get meaning(): ErrorMeaning {
    return meaningOf(this)
  }
}

/** Result or error of one call. */
export type JsonRpcAnswer = { readonly result: unknown } | { readonly error: JsonRpcError }

/** A result that is encoded once, and sent with the answer to each call. */
export class PreparedResult {
  readonly json: string

  /** @throws TypeError for a value that JSON cannot represent */
  constructor(value: unknown) {
    this.json = JSON.stringify(value)
  }
}

/** Encodes the answer to a call. @throws TypeError for a result that JSON cannot represent, such as a bigint */
export function encodeResult(id: JsonRpcId, result: unknown): string {
  const encoded =
    result instanceof PreparedResult ? result.json : (JSON.stringify(result) as string | undefined)
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${encoded ?? 'null'}}`
}

/** Characters that Go escapes. They are escaped here too, so that an error has the same bytes as in op-node. */
const escapes: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026' }

/** Encodes an error as the answer to a call. @throws TypeError for data that JSON cannot represent */
export function encodeError(id: JsonRpcId, { code, message, data }: JsonRpcError): string {
  const encoded = JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, data } })
  return encoded.replaceAll(/[<>&]/gu, (letter) => escapes[letter] ?? letter)
}

/**
 * Codes with which a server refuses a whole batch, if it does not accept batches or limits their size: parse error,
 * invalid request.
 */
const wholeBatchCodes: readonly number[] = [errorCodes.parse, errorCodes.invalidRequest]

/** Characters of an error message that are quoted. The server chooses the length of the message. */
const maxMessage = 500

/**
 * If a text is not JSON, its beginning is quoted in an error. This number of characters is cleaned of secrets before
 * the text is cut for the quote. Every key is shorter, so no part of a key remains in the quote.
 */
const maxText = 10_000

/** Fields of faults, and a function that removes secrets from quoted texts. */
interface AnswerContext {
  readonly fields: Readonly<Record<string, unknown>>
  readonly clean: (text: string) => string
}

/**
 * Parses the answers to a request, and returns them in the order of `ids`. Servers may answer in any order.
 *
 * @throws Fault `rpc-response` if the text is not a JSON-RPC answer, or an answer is missing; `rpc-limited` for a rate
 * limit
 */
export function parseAnswers(
  { text, retryAfterMs }: EndpointAnswer,
  ids: readonly number[],
  given: AnswerContext,
): readonly JsonRpcAnswer[] {
  const context = {
    ...given,
    fields: { ...given.fields, ...(retryAfterMs !== undefined && { retryAfterMs }) },
  }
  const { fields } = context
  const body = parseJson(text, context)
  const byId = new Map<unknown, JsonRpcAnswer>()
  for (const item of Array.isArray(body) ? body : [body]) {
    if (typeof item !== 'object' || item === null) continue
    byId.set((item as { readonly id?: unknown }).id, answerOf(item as object, context))
  }
  return ids.map((id) => {
    const answer = byId.get(id)
    if (answer !== undefined) return answer
    // Some servers answer with one error without an id.
    const refusal = byId.get(null) ?? byId.get(undefined)
    const error = refusal !== undefined && 'error' in refusal ? refusal.error : undefined
    const isOfBatch = error?.meaning === 'batch-limit' || wholeBatchCodes.includes(error?.code ?? 0)
    if (error !== undefined && (ids.length === 1 || !isOfBatch)) return { error }
    const reason = error === undefined ? '' : `: ${error.message} (code ${error.code})`
    const partial = { ...fields, isPartial: ids.length > 1 }
    throw badResponse(`no answer to call ${id}${reason}`, partial, error)
  })
}

function parseJson(text: string, { fields, clean }: AnswerContext): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    const start = JSON.stringify(clean(text.slice(0, maxText)).slice(0, 80))
    // eslint-disable-next-line atoll/use-caught-error -- the message of the cause quotes the text with its secrets
    throw badResponse(`not JSON: ${start}`, fields)
  }
}

function answerOf(item: object, { fields, clean }: AnswerContext): JsonRpcAnswer {
  const { result, error } = item as { readonly result?: unknown; readonly error?: unknown }
  if (error === undefined || error === null) {
    if (result === undefined) throw badResponse('neither result nor error', fields)
    return { result }
  }
  if (typeof error !== 'object') throw badResponse('an error that is not an object', fields)
  const { code, message, data } = error as Readonly<Record<string, unknown>>
  if (typeof code !== 'number') throw badResponse('an error without code', fields)
  const text = typeof message === 'string' ? clean(message).slice(0, maxMessage) : 'no message'
  const refusal = new JsonRpcError(code, text, data)
  if (refusal.meaning !== 'rate-limit') return { error: refusal }
  const pauseMs = pauseIn(refusal)
  throw new Fault('rpc-limited', {
    detail: `${text} (code ${code})`,
    fields: { ...fields, ...(pauseMs !== undefined && { retryAfterMs: pauseMs }) },
  })
}

function badResponse(
  detail: string,
  fields: Readonly<Record<string, unknown>>,
  cause?: unknown,
): Fault {
  return new Fault('rpc-response', { detail, fields, cause })
}
