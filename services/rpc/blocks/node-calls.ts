import type { Bus } from '#bus/bus.ts'
import type { ChangePeerRequest } from '#messages/change-peer.ts'
import type { FetchL2BlockRequest, FetchL2BlockResponse } from '#messages/fetch-l2-block.ts'
import type { FetchPeersResponse } from '#messages/fetch-peers.ts'
import type { SafeHeadAtRequest, SafeHeadAtResponse } from '#messages/safe-head-at.ts'
import type { Call } from '#messages/subject.ts'
import {
  changePeer,
  fetchL2Block,
  fetchPeers,
  postPayload,
  reset,
  safeHeadAt,
} from '#messages/subjects.ts'
import type { Payload } from '#protocol/block/payload.ts'
import { errorCodes, JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import { isFault } from '#runtime/fault.ts'
import { serverError } from '#services/rpc/methods/server-error.ts'
import type { Context } from '#services/rpc/ports.ts'

/** Calls that run at once. More would delay derivation, which makes the same calls. */
export const maxCallsAtOnce = 16

/** Calls that wait; further ones are refused. */
export const maxWaitingCalls = 256

const deadlineMs = 4_000

/** A dial of a peer ends after ten seconds. */
const connectDeadlineMs = 15_000

/** Calls to the other services of the node, for what no state has. Few run at once, whatever clients ask for. */
export class NodeCalls {
  readonly #bus: Pick<Bus, 'call'>
  readonly #context: Pick<Context, 'log' | 'metrics'>
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(bus: Pick<Bus, 'call'>, context: Pick<Context, 'log' | 'metrics'>) {
    this.#bus = bus
    this.#context = context
  }

  l2Block(request: FetchL2BlockRequest): Promise<FetchL2BlockResponse> {
    return this.#call(fetchL2Block, request)
  }

  safeHeadAt(request: SafeHeadAtRequest): Promise<SafeHeadAtResponse> {
    return this.#call(safeHeadAt, request)
  }

  peers({ areKnown }: { readonly areKnown: boolean }): Promise<FetchPeersResponse> {
    return this.#call(fetchPeers, { areKnown })
  }

  /** @throws JsonRpcError with the reason if it was not done */
  async changePeer(request: ChangePeerRequest): Promise<null> {
    const limitMs = request.change === 'connect' ? connectDeadlineMs : deadlineMs
    const { refusal } = await this.#call(changePeer, request, limitMs)
    if (refusal !== undefined) throw serverError(refusal)
    return null
  }

  async reset(generation: bigint): Promise<null> {
    await this.#call(reset, { generation, reason: 'operator' })
    return null
  }

  async postPayload(payload: Payload): Promise<null> {
    await this.#call(postPayload, { payload })
    return null
  }

  async #call<Request, Response>(
    call: Call<Request, Response>,
    request: Request,
    limitMs: number = deadlineMs,
  ): Promise<Response> {
    const { log, metrics } = this.#context
    await this.#enter(call.name)
    try {
      return await this.#bus.call(call, request, { deadlineMs: limitMs })
    } catch (error) {
      if (!isFault(error)) throw error
      metrics.failed(call.name)
      log.debug({ error, call: call.name }, 'a call failed')
      throw serverError(`${call.name}: ${error.message}`)
    } finally {
      this.#leave()
    }
  }

  async #enter(name: string): Promise<void> {
    if (this.#running < maxCallsAtOnce) {
      this.#running++
      return
    }
    if (this.#waiting.length >= maxWaitingCalls) {
      this.#context.metrics.failed(name)
      throw new JsonRpcError(errorCodes.limitExceeded, 'too many calls wait; try again later')
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** The next call that waits takes the place of this one. A call that comes meanwhile cannot take it too. */
  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#running--
    else next()
  }
}
