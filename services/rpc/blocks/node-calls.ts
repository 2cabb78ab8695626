import type { Bus } from '#bus/bus.ts'
import type { ChangePeerRequest } from '#messages/change-peer.ts'
import type {
  ControlSequencerRequest,
  ControlSequencerResponse,
} from '#messages/control-sequencer.ts'
import type { FetchL2BlockRequest, FetchL2BlockResponse } from '#messages/fetch-l2-block.ts'
import type { FetchPeersResponse } from '#messages/fetch-peers.ts'
import type { SafeHeadAtRequest, SafeHeadAtResponse } from '#messages/safe-head-at.ts'
import type { Call } from '#messages/subject.ts'
import {
  changePeer,
  controlSequencer,
  fetchL2Block,
  fetchPeers,
  postPayload,
  reset,
  safeHeadAt,
} from '#messages/subjects.ts'
import type { Payload } from '#protocol/block/payload.ts'
import { errorCodes, JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { Caller } from '#json-rpc/clients.ts'
import { isFault } from '#runtime/fault.ts'
import { serverError } from '#services/rpc/methods/server-error.ts'
import type { Context } from '#services/rpc/ports.ts'
import { CallQueue } from './call-queue.ts'

const deadlineMs = 4_000

/** Deadline of a call that dials a peer. The deadline is longer than a dial, which ends after ten seconds. */
const connectDeadlineMs = 15_000

/**
 * Deadline of a call that starts or stops the sequencer. To start, the sequencer asks op-conductor. To stop, the
 * sequencer waits until the block that it published is the unsafe head.
 */
const switchDeadlineMs = 35_000

/** Name of the node itself in the queue of clients. */
const noClient = ''

/**
 * The queues of calls. Long calls do not share places with short calls: a dial may last ten seconds, and a stop of the
 * sequencer half a minute. Reads of blocks must not delay the calls of op-conductor, which moves the sequencing to
 * another node after a failed call.
 */
interface Queues {
  readonly node: CallQueue
  readonly gossip: CallQueue
  readonly sequencer: CallQueue
  /** For starts and stops of the sequencer. */
  readonly sequencerSwitch: CallQueue
}

const newQueues = (): Queues => ({
  node: new CallQueue(),
  gossip: new CallQueue(),
  sequencer: new CallQueue(),
  sequencerSwitch: new CallQueue(),
})

/** Calls to other services of the node, for data that is not in their states. Only a few calls run at a time. */
export class NodeCalls {
  readonly #bus: Pick<Bus, 'call'>
  readonly #context: Pick<Context, 'log' | 'metrics'>
  readonly #queues: Queues
  readonly #caller: Caller | undefined

  constructor(
    bus: Pick<Bus, 'call'>,
    context: Pick<Context, 'log' | 'metrics'>,
    {
      queues = newQueues(),
      caller,
    }: { readonly queues?: Queues; readonly caller?: Caller | undefined } = {},
  ) {
    this.#bus = bus
    this.#context = context
    this.#queues = queues
    this.#caller = caller
  }

  /** The same calls for a client. The calls wait in the client's queue, and are not made after the client hangs up. */
  by(caller: Caller | undefined): NodeCalls {
    return new NodeCalls(this.#bus, this.#context, { queues: this.#queues, caller })
  }

  l2Block(request: FetchL2BlockRequest): Promise<FetchL2BlockResponse> {
    return this.#call(fetchL2Block, request)
  }

  safeHeadAt(request: SafeHeadAtRequest): Promise<SafeHeadAtResponse> {
    return this.#call(safeHeadAt, request)
  }

  peers({ areKnown }: { readonly areKnown: boolean }): Promise<FetchPeersResponse> {
    return this.#call(fetchPeers, { areKnown }, { queue: this.#queues.gossip })
  }

  /** @throws JsonRpcError with the reason if gossip refuses the change */
  async changePeer(request: ChangePeerRequest): Promise<null> {
    const limitMs = request.change === 'connect' ? connectDeadlineMs : deadlineMs
    const { refusal } = await this.#call(changePeer, request, {
      limitMs,
      queue: this.#queues.gossip,
    })
    if (refusal !== undefined) throw serverError(refusal)
    return null
  }

  /** @throws JsonRpcError with op-node's text if the sequencer refuses */
  async sequencer(request: ControlSequencerRequest): Promise<ControlSequencerResponse> {
    const { sequencer, sequencerSwitch } = this.#queues
    const isSwitch = request.kind === 'start' || request.kind === 'stop'
    const response = await this.#call(
      controlSequencer,
      request,
      isSwitch
        ? { limitMs: switchDeadlineMs, queue: sequencerSwitch }
        : { limitMs: deadlineMs, queue: sequencer },
    )
    if (response.refusal !== undefined) throw serverError(response.refusal)
    return response
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
    {
      limitMs = deadlineMs,
      queue = this.#queues.node,
    }: { readonly limitMs?: number; readonly queue?: CallQueue } = {},
  ): Promise<Response> {
    const { log, metrics } = this.#context
    const client = this.#caller?.client ?? noClient
    if (!(await queue.enter(client))) {
      metrics.failed(call.name)
      throw new JsonRpcError(errorCodes.limitExceeded, 'too many calls wait; try again later')
    }
    try {
      if (this.#caller?.isOpen() === false) throw serverError('the client hung up')
      return await this.#bus.call(call, request, { deadlineMs: limitMs })
    } catch (error) {
      if (!isFault(error)) throw error
      metrics.failed(call.name)
      log.debug({ error, call: call.name }, 'a call failed')
      throw serverError(`${call.name}: ${error.message}`)
    } finally {
      queue.leave(client)
    }
  }
}
