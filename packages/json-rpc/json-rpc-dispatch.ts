import { setImmediate } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Clock } from '#runtime/clock.ts'
import { toError } from '#runtime/fault.ts'
import type { Caller } from './clients.ts'
import { encodeError, encodeResult, errorCodes, JsonRpcError } from './json-rpc-answer.ts'
import { parseRequest, type ReceivedCall, type RequestLimits } from './json-rpc-request.ts'

// This is our own dispatch. It is small, and has op-geth's limits for the depth of requests, the calls per batch and
// the length of answers.

/**
 * Notifies a client. @param sequence is sent with the result, so that the client can later continue after this position
 */
type Notify = (result: unknown, sequence?: string) => void

/**
 * Starts notifications, and returns a function that stops them. The start must not throw, because the client already
 * has the id of the subscription.
 */
export type SubscriptionStart = (notify: Notify) => () => void

/** How a client is notified. */
export interface SubscriptionOptions {
  /** Method of the notifications; by default the `notificationMethod` of the server. */
  readonly method?: string
}

/** Functions that a method can call for its connection. */
export interface CallContext {
  /** The client that calls; undefined within the process. */
  readonly caller?: Caller | undefined
  /**
   * Creates a subscription. It starts after its id is sent, so that no notification precedes the id.
   *
   * @returns its id in hex, for the client
   * @throws JsonRpcError over HTTP, which has no notifications, or if the connection has too many subscriptions
   */
  readonly subscribe: (start: SubscriptionStart, options?: SubscriptionOptions) => string
  /** Ends a subscription of this connection. Returns whether the subscription existed. */
  readonly unsubscribe: (id: string) => boolean
}

/**
 * Handles a method. A thrown `JsonRpcError` is sent as the answer; any other error is logged, and the caller gets only
 * an internal error.
 */
export type Method = (params: readonly unknown[], context: CallContext) => unknown

/** Returns the handler of a method that the server itself does not have; undefined if the server refuses the method. */
export type PassOn = (method: string) => Method | undefined

/** Methods by name. */
export type Methods = Readonly<Record<string, Method>>

/** Called after each call, with the method (or `unknownMethod`, or `passedOnMethod`) and, if the call failed, the code of the error. */
export type OnCall = (method: string, seconds: number, code: number | undefined) => void

/** Characters of an unknown method name that an error repeats. */
const maxShownName = 100

/**
 * From this number of characters on, parsing takes a millisecond or more. Each such request is parsed in its own
 * iteration of the event loop.
 */
const largeRequest = 16 * 1024

/** Limits of answers. */
export interface DispatchLimits extends RequestLimits {
  /** When the answers to a batch exceed this number of characters, its remaining calls are refused. */
  readonly maxBatchAnswerLength: number
  /** When a batch has run for this time, its remaining calls are refused. */
  readonly maxBatchMs: number
}

/** Methods and limits. */
export interface DispatchOptions {
  readonly methods: Methods
  readonly passOn?: PassOn | undefined
  readonly clock: Clock
  readonly limits: DispatchLimits
  readonly onCall?: OnCall | undefined
  readonly log?: Pick<Logger, 'error'> | undefined
}

/** The name that `OnCall` gets for every unknown method, since clients choose the names of such methods. */
export const unknownMethod = 'unknown'

/** The name that `OnCall` gets for every method that is passed on, since clients choose the names of such methods. */
export const passedOnMethod = 'passed-on'

/** op-geth's errors for the remaining calls of a batch that has exceeded a limit. */
const responseTooLarge = new JsonRpcError(-32_003, 'response too large')
const requestTimedOut = new JsonRpcError(-32_002, 'request timed out')

type GoodCall = Extract<ReceivedCall, { readonly kind: 'call' }>

interface Outcome {
  readonly answer: string | undefined
  readonly code?: number
}

/** Answers requests of any transport. */
export class JsonRpcDispatch {
  readonly #options: DispatchOptions
  readonly #methods: ReadonlyMap<string, Method>
  /** Resolves when it is the turn of the next large request. */
  #large: Promise<unknown> = Promise.resolve()

  constructor(options: DispatchOptions) {
    this.#options = options
    // A map, since an object would also have `constructor` and `__proto__`.
    this.#methods = new Map(Object.entries(options.methods))
  }

  /**
   * Answers a request. The calls of a batch run one after another, in order, until its client hangs up.
   *
   * @returns undefined if the request has only notifications, or its client has hung up
   */
  async answer(text: string, context: CallContext): Promise<string | undefined> {
    if (text.length > largeRequest) await this.#turn()
    const request = parseRequest(text, this.#options.limits)
    switch (request.kind) {
      case 'single':
        return this.#answerCall(request.call, context)
      case 'batch':
        return this.#answerBatch(request.calls, context)
      case 'bad-request':
        if (request.why !== undefined) context.caller?.refused(request.why)
        this.#options.onCall?.(unknownMethod, 0, request.error.code)
        return encodeError(null, request.error)
    }
  }

  /** Waits until each earlier large request has had its iteration of the event loop. Small requests run in between. */
  #turn(): Promise<unknown> {
    const before = this.#large
    this.#large = before.then(() => setImmediate())
    return before
  }

  async #answerBatch(
    calls: readonly ReceivedCall[],
    context: CallContext,
  ): Promise<string | undefined> {
    const { clock, limits } = this.#options
    const endMs = clock.monotonicMs() + limits.maxBatchMs
    const answers: string[] = []
    let length = 0
    for (const [at, call] of calls.entries()) {
      // A batch must not block other requests.
      if (at > 0) await setImmediate()
      if (context.caller?.isOpen() === false) return undefined
      const isFull = length > limits.maxBatchAnswerLength
      const refusal = isFull
        ? responseTooLarge
        : clock.monotonicMs() > endMs
          ? requestTimedOut
          : undefined
      const answer =
        refusal === undefined ? await this.#answerCall(call, context) : failed(call, refusal).answer
      if (answer === undefined) continue
      answers.push(answer)
      length += answer.length
    }
    return answers.length === 0 ? undefined : `[${answers.join(',')}]`
  }

  async #answerCall(call: ReceivedCall, context: CallContext): Promise<string | undefined> {
    const { clock, onCall } = this.#options
    const startedAtMs = clock.monotonicMs()
    const { name, outcome } = await this.#run(call, context)
    const { answer, code } = held(call, outcome, context)
    onCall?.(name, (clock.monotonicMs() - startedAtMs) / 1_000, code)
    return answer
  }

  /** Runs a call. `name` is the method as metrics show it. */
  async #run(
    call: ReceivedCall,
    context: CallContext,
  ): Promise<{ readonly name: string; readonly outcome: Outcome }> {
    if (call.kind === 'bad-call') return { name: unknownMethod, outcome: failed(call, call.error) }
    const own = this.#methods.get(call.method)
    const method = own ?? this.#options.passOn?.(call.method)
    if (method === undefined)
      return { name: unknownMethod, outcome: failed(call, noSuchMethod(call.method)) }
    const name = own === undefined ? passedOnMethod : call.method
    return { name, outcome: await this.#handle(call, { method, context }) }
  }

  async #handle(
    call: GoodCall,
    { method, context }: { readonly method: Method; readonly context: CallContext },
  ): Promise<Outcome> {
    const made: string[] = []
    try {
      const result = await method(call.params, noting(context, made))
      if (call.id !== undefined) return { answer: encodeResult(call.id, result) }
      // The sender of a notification gets no answer, so it does not get the id of a subscription.
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
      // JSON cannot represent the data of the error.
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

/** A copy of a context that also records the ids of new subscriptions in `made`. */
function noting(context: CallContext, made: string[]): CallContext {
  return {
    caller: context.caller,
    subscribe: (start, options) => {
      const id = context.subscribe(start, options)
      made.push(id)
      return id
    },
    unsubscribe: (id) => context.unsubscribe(id),
  }
}

/** The outcome of a call; an error if the outcome and the client's unread answers would exceed its memory limit. */
function held(call: ReceivedCall, outcome: Outcome, { caller }: CallContext): Outcome {
  if (outcome.answer === undefined || caller === undefined) return outcome
  if (caller.hold(outcome.answer.length)) return outcome
  caller.refused('too-many-bytes')
  const message = 'too many bytes of this address at once; read the answers first'
  return failed(call, new JsonRpcError(errorCodes.limitExceeded, message))
}

function failed({ id }: ReceivedCall, error: JsonRpcError): Outcome {
  return { answer: id === undefined ? undefined : encodeError(id, error), code: error.code }
}
