import type { Refusal } from './clients.ts'
import { errorCodes, JsonRpcError, type JsonRpcId } from './json-rpc-answer.ts'

/** One call of a request. Without an id it is a notification, which gets no answer. */
export type ReceivedCall =
  | {
      readonly kind: 'call'
      readonly id: JsonRpcId | undefined
      readonly method: string
      readonly params: readonly unknown[]
    }
  | { readonly kind: 'bad-call'; readonly id: JsonRpcId | undefined; readonly error: JsonRpcError }

/** The content of one HTTP body or WebSocket message. */
export type ReceivedRequest =
  | { readonly kind: 'single'; readonly call: ReceivedCall }
  | { readonly kind: 'batch'; readonly calls: readonly ReceivedCall[] }
  | { readonly kind: 'bad-request'; readonly error: JsonRpcError; readonly why?: Refusal }

/** Limits of requests. */
export interface RequestLimits {
  /** Calls per batch. */
  readonly maxBatchCalls: number
  /** Nesting of arrays and objects: the batch, its call and the params are three levels. */
  readonly maxDepth: number
  /** Values in all: elements of arrays, and fields of objects. */
  readonly maxValues: number
}

/** Parses a request. A malformed request becomes the error for its answer. */
export function parseRequest(text: string, limits: RequestLimits): ReceivedRequest {
  const why = whyTooMuch(text, limits)
  if (why !== undefined) return tooMuch(why, limits)
  const value = parseJson(text)
  if (value === undefined) return badRequest('not-json', errorCodes.parse, 'parse error')
  if (!Array.isArray(value)) return { kind: 'single', call: toCall(value) }
  if (value.length === 0)
    return {
      kind: 'bad-request',
      error: new JsonRpcError(errorCodes.invalidRequest, 'empty batch'),
    }
  return { kind: 'batch', calls: value.map((item) => toCall(item)) }
}

/** Refusals of a request that contains too much. */
type TooMuch = Extract<Refusal, 'too-deep' | 'too-many-values' | 'too-many-calls'>

function tooMuch(why: TooMuch, limits: RequestLimits): ReceivedRequest {
  const { maxBatchCalls, maxDepth, maxValues } = limits
  switch (why) {
    case 'too-deep':
      return badRequest(why, errorCodes.parse, `parse error: nested deeper than ${maxDepth}`)
    case 'too-many-values':
      return badRequest(why, errorCodes.parse, `parse error: more than ${maxValues} values`)
    case 'too-many-calls': {
      const message = `batch too large: ${maxBatchCalls} calls at most`
      return badRequest(why, errorCodes.invalidRequest, message)
    }
  }
}

/**
 * The limit that a text exceeds. The limits are checked before parsing, because parsing takes ten times as long, and 50
 * bytes of memory for each bracket. Besides, later code walks the value recursively.
 */
function whyTooMuch(text: string, limits: RequestLimits): TooMuch | undefined {
  const { maxBatchCalls, maxDepth, maxValues } = limits
  const isBatch = /^\s*\[/u.test(text)
  let [depth, values, calls] = [0, 1, 1]
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: // "
        at = endOfString(text, at)
        break
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > maxDepth) return 'too-deep'
        if (++values > maxValues) return 'too-many-values'
        break
      case 0x5d: // ]
      case 0x7d: // }
        depth--
        break
      case 0x2c: // ,
        if (depth === 1 && isBatch && ++calls > maxBatchCalls) return 'too-many-calls'
        if (++values > maxValues) return 'too-many-values'
        break
      default:
    }
  }
  return undefined
}

/** Position of the closing quote of the string that starts at `start`; the end of the text if it is missing. */
function endOfString(text: string, start: number): number {
  let end = start
  for (;;) {
    end = text.indexOf('"', end + 1)
    if (end < 0) return text.length
    // A quote after an odd number of backslashes is part of the string.
    let first = end
    while (text.charCodeAt(first - 1) === 0x5c) first--
    if ((end - first) % 2 === 0) return end
  }
}

/** If a parsed key of this name is assigned to another object, it sets the prototype of that object. */
const poisonousKey = '__proto__'

/** Parses JSON, without fields named `poisonousKey`. @returns undefined for invalid JSON */
function parseJson(text: string): unknown {
  try {
    // The key may also be spelled with escapes. Few requests have the key or an escape, so the slow reviver is rarely
    // used.
    if (!text.includes(poisonousKey) && !text.includes('\\u')) return JSON.parse(text)
    return JSON.parse(text, (key, value: unknown) => (key === poisonousKey ? undefined : value))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function toCall(value: unknown): ReceivedCall {
  if (!isObject(value)) return badCall(null, errorCodes.invalidRequest, 'invalid request')
  const { jsonrpc, method, params = [] } = value
  const id = value['id']
  if (jsonrpc !== '2.0' || typeof method !== 'string' || !isId(id))
    return badCall(isId(id) ? (id ?? null) : null, errorCodes.invalidRequest, 'invalid request')
  if (params !== null && !Array.isArray(params))
    return badCall(id, errorCodes.invalidParams, 'non-array args')
  return { kind: 'call', id, method, params: params ?? [] }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Whether a value is a valid id. A number above 2^53 is invalid: parsing rounds the number, so the answer would have
 * another id.
 */
function isId(value: unknown): value is JsonRpcId | undefined {
  if (typeof value !== 'number')
    return value === undefined || value === null || typeof value === 'string'
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER
}

function badCall(id: JsonRpcId | undefined, code: number, message: string): ReceivedCall {
  return { kind: 'bad-call', id, error: new JsonRpcError(code, message) }
}

function badRequest(why: Refusal, code: number, message: string): ReceivedRequest {
  return { kind: 'bad-request', why, error: new JsonRpcError(code, message) }
}
