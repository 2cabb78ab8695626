import type { Caller } from '#json-rpc/clients.ts'
import { errorCodes, JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { type Fault, isFault } from '#runtime/fault.ts'
import { CallQueue } from '#services/rpc/blocks/call-queue.ts'
import { serverError } from '#services/rpc/methods/server-error.ts'
import type { Context } from '#services/rpc/ports.ts'

/** Timeout of one call to the execution client. Its own limit on the time of an `eth_call` is usually five seconds. */
export const executionTimeoutMs = 10_000

/** Limit on the size of an answer of the execution client. */
export const maxAnswerBytes: number = 16 * 1024 * 1024

/** Name of the call in metrics. */
const callName = 'execution-client'

/** Calls of clients to the execution client. Only a few run at a time. */
export class ExecutionRpc {
  readonly #rpc: Pick<JsonRpcClient, 'call'>
  readonly #context: Pick<Context, 'log' | 'metrics'>
  readonly #queue: CallQueue
  readonly #caller: Caller | undefined

  constructor(
    rpc: Pick<JsonRpcClient, 'call'>,
    context: Pick<Context, 'log' | 'metrics'>,
    {
      queue = new CallQueue(),
      caller,
    }: { readonly queue?: CallQueue; readonly caller?: Caller | undefined } = {},
  ) {
    this.#rpc = rpc
    this.#context = context
    this.#queue = queue
    this.#caller = caller
  }

  /** The same calls for a client. The calls wait in the client's queue, and are not made after the client hangs up. */
  by(caller: Caller | undefined): ExecutionRpc {
    return new ExecutionRpc(this.#rpc, this.#context, { queue: this.#queue, caller })
  }

  /** @throws JsonRpcError with the error of the execution client, or if there is no answer */
  async call(method: string, params: readonly unknown[]): Promise<unknown> {
    const { log, metrics } = this.#context
    const client = this.#caller?.client ?? ''
    if (!(await this.#queue.enter(client))) {
      metrics.failed(callName)
      throw new JsonRpcError(errorCodes.limitExceeded, 'too many calls wait; try again later')
    }
    try {
      if (this.#caller?.isOpen() === false) throw serverError('the client hung up')
      return await this.#rpc.call(method, params)
    } catch (error) {
      if (!isFault(error)) throw error
      metrics.failed(callName)
      // The message has the address of the execution client, which is not public.
      log.debug({ error, method }, 'the execution client did not answer')
      throw refusalOf(error)
    } finally {
      this.#queue.leave(client)
    }
  }
}

/** The error that answers a call that the execution client did not answer. It does not name the execution client's address. */
export function refusalOf({ code }: Fault): JsonRpcError {
  switch (code) {
    case 'rpc-limited':
      return new JsonRpcError(
        errorCodes.limitExceeded,
        'the execution client limits its calls; try again later',
      )
    case 'rpc-response':
      return serverError(
        `the answer of the execution client cannot be passed on: it is malformed, or has more than ${maxAnswerBytes} bytes`,
      )
    default:
      return serverError('the execution client did not answer; try again later')
  }
}
