import { Fault } from '#runtime/fault.ts'

/**
 * An error that the server answered with: the call was understood, and refused.
 *
 * @public
 */
export class JsonRpcError extends Error {
  override readonly name = 'JsonRpcError'
  readonly code: number
  readonly data: unknown

  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.code = code
    this.data = data
  }
}

/** What one call came to. */
export type JsonRpcAnswer = { readonly result: unknown } | { readonly error: JsonRpcError }

/** Providers answer with this code when they are asked too often. */
const limitExceeded = -32_005

/**
 * Reads the answers to a request, in the order of its ids; a batch may be answered in any order.
 *
 * @throws Fault `rpc-response` if the text is no JSON-RPC answer, or one is missing; `rpc-limited`
 */
export function parseAnswers(
  text: string,
  ids: readonly number[],
  fields: Readonly<Record<string, unknown>>,
): readonly JsonRpcAnswer[] {
  const body = parseJson(text, fields)
  const byId = new Map<unknown, JsonRpcAnswer>()
  for (const item of Array.isArray(body) ? body : [body]) {
    if (typeof item !== 'object' || item === null) continue
    byId.set((item as { readonly id?: unknown }).id, answerOf(item as object, fields))
  }
  return ids.map((id) => {
    const answer = byId.get(id)
    if (answer !== undefined) return answer
    // Some servers answer a whole batch with one error that has no id.
    const refusal = byId.get(null)
    if (refusal !== undefined && 'error' in refusal) return refusal
    throw badResponse(`no answer to call ${id}`, fields)
  })
}

function parseJson(text: string, fields: Readonly<Record<string, unknown>>): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const start = JSON.stringify(text.slice(0, 80))
    throw badResponse(`not JSON: ${start}`, fields, cause)
  }
}

function answerOf(item: object, fields: Readonly<Record<string, unknown>>): JsonRpcAnswer {
  const { result, error } = item as { readonly result?: unknown; readonly error?: unknown }
  if (error === undefined || error === null) {
    if (result === undefined) throw badResponse('neither result nor error', fields)
    return { result }
  }
  if (typeof error !== 'object') throw badResponse('an error that is no object', fields)
  const { code, message, data } = error as Readonly<Record<string, unknown>>
  if (typeof code !== 'number') throw badResponse('an error without code', fields)
  const text = typeof message === 'string' ? message : 'no message'
  if (code === limitExceeded)
    throw new Fault('rpc-limited', { severity: 'temporary', detail: text, fields })
  return { error: new JsonRpcError(code, text, data) }
}

function badResponse(
  detail: string,
  fields: Readonly<Record<string, unknown>>,
  cause?: unknown,
): Fault {
  return new Fault('rpc-response', { severity: 'temporary', detail, fields, cause })
}
