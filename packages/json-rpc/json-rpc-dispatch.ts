import { setImmediate } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Clock } from '#runtime/clock.ts'
import { toError } from '#runtime/fault.ts'
import { encodeError, encodeResult, errorCodes, JsonRpcError } from './json-rpc-answer.ts'
import { parseRequest, type ReceivedCall, type RequestLimits } from './json-rpc-request.ts'

// Our own: it is small, and has op-geth's limits on the depth of a request, the calls of a batch and the length of an answer.

/** Begins to notify, and returns what ends it. It must not throw: by then the client has its id. */
export type SubscriptionStart = (notify: (result: unknown) => void) => () => void

/** What a method may ask of the connection that it was called on. */
export interface CallContext {
  /**
   * Makes a subscription, which starts once its id has been sent: no notification comes before the id.
   *
   * @returns its id, in hex, for the client
   * @throws JsonRpcError over HTTP, which cannot notify, or if the connection has too many
   */
  readonly subscribe: (start: SubscriptionStart) => string
  /** Ends a subscription of this connection; whether there was one. */
  readonly unsubscribe: (id: string) => boolean
}

/**
 * What a method does. A `JsonRpcError` is the answer it was thrown for; any other error is logged here, and the caller
 * learns no more than that there was one.
 */
export type Method = (params: readonly unknown[], context: CallContext) => unknown

/** Methods by name. */
export type Methods = Readonly<Record<string, Method>>

/** Told of each call: its method, or `unknown` if it is none of the table; undefined for a call that went well. */
export type OnCall = (method: string, seconds: number, code: number | undefined) => void

/** How much of a name is repeated to who called it. */
const maxShownName = 100

/** How much is answered at once. */
export interface DispatchLimits extends RequestLimits {
  /** When the answers to a batch have more characters, the calls that are left are refused. */
  readonly maxBatchAnswerLength: number
}

/** What calls are answered with. */
export interface DispatchOptions {
  readonly methods: Methods
  readonly clock: Clock
  readonly limits: DispatchLimits
  readonly onCall?: OnCall | undefined
  readonly log?: Pick<Logger, 'error'> | undefined
}

/** What `OnCall` is told instead of a name that a client made up. */
export const unknownMethod = 'unknown'

/** The code that op-geth refuses the rest of a batch with. */
const responseTooLarge = -32_003

interface Outcome {
  readonly answer: string | undefined
  readonly code?: number
}

/** Answers requests, wherever they come from. */
export class JsonRpcDispatch {
  readonly #options: DispatchOptions
  readonly #methods: ReadonlyMap<string, Method>

  constructor(options: DispatchOptions) {
    this.#options = options
    // A map has no `constructor` and no `__proto__` to be called.
    this.#methods = new Map(Object.entries(options.methods))
  }

  /**
   * Answers a request. The calls of a batch run one after the other, and are answered in their order.
   *
   * @returns undefined if it has only notifications
   */
  async answer(text: string, context: CallContext): Promise<string | undefined> {
    const request = parseRequest(text, this.#options.limits)
    switch (request.kind) {
      case 'single':
        return this.#answerCall(request.call, context)
      case 'batch':
        return this.#answerBatch(request.calls, context)
      case 'bad-request':
        this.#options.onCall?.(unknownMethod, 0, request.error.code)
        return encodeError(null, request.error)
    }
  }

  async #answerBatch(
    calls: readonly ReceivedCall[],
    context: CallContext,
  ): Promise<string | undefined> {
    const answers: string[] = []
    let length = 0
    for (const [at, call] of calls.entries()) {
      // A batch must not keep all others waiting.
      if (at > 0) await setImmediate()
      const isFull = length > this.#options.limits.maxBatchAnswerLength
      const answer = isFull ? refuseRest(call) : await this.#answerCall(call, context)
      if (answer === undefined) continue
      answers.push(answer)
      length += answer.length
    }
    return answers.length === 0 ? undefined : `[${answers.join(',')}]`
  }

  async #answerCall(call: ReceivedCall, context: CallContext): Promise<string | undefined> {
    const { clock, onCall } = this.#options
    const startedAtMs = clock.monotonicMs()
    const isKnown = call.kind === 'call' && this.#methods.has(call.method)
    const { answer, code } = await this.#run(call, context)
    onCall?.(
      isKnown ? call.method : unknownMethod,
      (clock.monotonicMs() - startedAtMs) / 1_000,
      code,
    )
    return answer
  }

  async #run(call: ReceivedCall, context: CallContext): Promise<Outcome> {
    if (call.kind === 'bad-call') return failed(call, call.error)
    const method = this.#methods.get(call.method)
    if (method === undefined) return failed(call, noSuchMethod(call.method))
    const made: string[] = []
    try {
      const result = await method(call.params, noting(context, made))
      if (call.id !== undefined) return { answer: encodeResult(call.id, result) }
      // Who sent a notification never learns of the subscription that it made.
      for (const id of made) context.unsubscribe(id)
      return { answer: undefined }
    } catch (thrown) {
      for (const id of made) context.unsubscribe(id)
      return this.#refuse(call, { method: call.method, thrown })
    }
  }

  #refuse(
    call: ReceivedCall,
    { method, thrown }: { readonly method: string; readonly thrown: unknown },
  ): Outcome {
    let error: unknown = thrown
    try {
      if (thrown instanceof JsonRpcError) return failed(call, thrown)
    } catch (unspeakable) {
      // Its data is nothing that JSON can say.
      error = unspeakable
    }
    this.#options.log?.error({ method, error: toError(error) }, 'JSON-RPC method failed')
    return failed(call, internalError)
  }
}

const internalError = new JsonRpcError(errorCodes.internal, 'internal error')

function noSuchMethod(name: string): JsonRpcError {
  const shown = name.length > maxShownName ? `${name.slice(0, maxShownName)}…` : name
  const message = `the method ${shown} does not exist/is not available`
  return new JsonRpcError(errorCodes.methodNotFound, message)
}

/** The same context; the ids of subscriptions made through it are noted. */
function noting(context: CallContext, made: string[]): CallContext {
  return {
    subscribe: (start) => {
      const id = context.subscribe(start)
      made.push(id)
      return id
    },
    unsubscribe: (id) => context.unsubscribe(id),
  }
}

function failed({ id }: ReceivedCall, error: JsonRpcError): Outcome {
  return { answer: id === undefined ? undefined : encodeError(id, error), code: error.code }
}

function refuseRest({ id }: ReceivedCall): string | undefined {
  if (id === undefined) return undefined
  return encodeError(id, new JsonRpcError(responseTooLarge, 'response too large'))
}
