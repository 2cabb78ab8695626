import type { ApplyAttributesRequest } from '#messages/apply-attributes.ts'
import type { ChainState } from '#messages/chain-state.ts'
import { applyAttributes, engineChain } from '#messages/subjects.ts'
import type { Call, State } from '#messages/subject.ts'
import {
  type L2Head,
  Pipeline,
  type PipelineOptions,
  type PipelineOutput,
} from '#protocol/pipeline/pipeline.ts'
import type { ExecutionClient } from '#engine-api/execution-client.ts'
import type { Bus, Owner, Subscribed } from '#bus/bus.ts'
import type { ServiceBus } from '#bus/service-bus.ts'
import type { Ports as DerivationPorts } from '#services/derivation/ports.ts'

/** Planted bugs, which the simulation must find. */
export type Bug =
  | 'finality-withdrawn'
  | 'no-generation-check'
  | 'no-flush-after-replacement'
  | 'no-resend'
  | 'resume-one-batch-late'
  | 'takes-any-unsafe-block'
  | 'window-one-too-long'
  | 'window-one-too-short'

/** The parts of the verifier that a bug replaces. */
interface Broken {
  readonly derivation: Pick<DerivationPorts, 'makePipeline'>
  readonly derivationBus: (bus: ServiceBus) => ServiceBus
  readonly engineBus: (bus: ServiceBus) => ServiceBus
  readonly executionClient: (client: ExecutionClient) => ExecutionClient
}

/** The parts of a verifier with the given bug; without a bug, the unchanged parts. */
export function withBug(bug: Bug | undefined): Broken {
  const sound: Broken = {
    derivation: {},
    derivationBus: (bus) => bus,
    engineBus: (bus) => bus,
    executionClient: (client) => client,
  }
  switch (bug) {
    case undefined:
      return sound
    case 'finality-withdrawn':
      return { ...sound, executionClient: finalizingEarly }
    case 'no-generation-check':
      return { ...sound, engineBus: withoutGenerationCheck }
    case 'no-flush-after-replacement':
      return { ...sound, derivation: { makePipeline: (options) => new NeverFlushing(options) } }
    case 'no-resend':
      return { ...sound, derivationBus: withoutResend }
    case 'resume-one-batch-late':
      return { ...sound, derivation: { makePipeline: (options) => new LateResuming(options) } }
    case 'takes-any-unsafe-block':
      return { ...sound, ...takingAnyUnsafeBlock() }
    case 'window-one-too-long':
      return { ...sound, derivation: { makePipeline: (options) => windowLongerBy(options, 1n) } }
    case 'window-one-too-short':
      return { ...sound, derivation: { makePipeline: (options) => windowLongerBy(options, -1n) } }
  }
}

/** A client that finalizes each safe head for a moment. The label `finalized` is right again before anyone reads it. */
function finalizingEarly(client: ExecutionClient): ExecutionClient {
  const forkchoice: ExecutionClient['forkchoice'] = async (heads) => {
    await client.forkchoice({ ...heads, finalized: heads.safe })
    return client.forkchoice(heads)
  }
  return { ...client, forkchoice }
}

class NeverFlushing extends Pipeline {
  override flush(): void {}
}

/** A pipeline that skips the first derived block if it starts above genesis. */
class LateResuming extends Pipeline {
  #hasDerived = false

  override next(head: L2Head): PipelineOutput {
    const output = super.next(head)
    if (output.kind !== 'attributes' || this.#hasDerived) return output
    this.#hasDerived = true
    return head.ref.number === 0n ? output : super.next(head)
  }
}

function windowLongerBy(options: PipelineOptions, blocks: bigint): Pipeline {
  const sequencingWindow = options.config.sequencingWindow + blocks
  return new Pipeline({ ...options, config: { ...options.config, sequencingWindow } })
}

/** A bus that sends attributes only once. Lost attributes are not repeated. */
function withoutResend(bus: ServiceBus): ServiceBus {
  let sent = ''
  const call: ServiceBus['call'] = (called, request, options) => {
    if (called.name === applyAttributes.name) {
      const { generation, sequence } = request as ApplyAttributesRequest
      const place = `${generation}.${sequence}`
      if (place === sent) return new Promise(() => undefined)
      sent = place
    }
    return bus.call(called, request, options)
  }
  return withChanges(bus, { call })
}

/** A bus on which attributes of any generation pass as attributes of the current generation. */
function withoutGenerationCheck(bus: ServiceBus): ServiceBus {
  let generation: bigint | undefined
  const own = <Value>(state: State<Value>): Owner<Value> => {
    const owner = bus.own(state)
    return {
      write: (value) => {
        if (state.name === engineChain.name) ({ generation } = value as ChainState)
        return owner.write(value)
      },
    }
  }
  const serve = <Request, Response>(
    call: Call<Request, Response>,
    handler: (request: Request) => Promise<Response>,
  ): Subscribed =>
    bus.serve(call, (request) => {
      const isStale = call.name === applyAttributes.name && generation !== undefined
      return handler(isStale ? { ...request, generation } : request)
    })
  return withChanges(bus, { own, serve })
}

/** An engine that makes each unsafe block safe: it replaces derivation's transactions and gas limit by the block's. */
function takingAnyUnsafeBlock(): Pick<Broken, 'engineBus' | 'executionClient'> {
  let client: ExecutionClient | undefined
  const asUnsafe = async (request: ApplyAttributesRequest): Promise<ApplyAttributesRequest> => {
    const { parent, attributes } = request
    const found = await client?.block({ kind: 'number', number: parent.number + 1n })
    if (found?.parentHash !== parent.hash) return request
    const { gasLimit, transactions } = found
    return { ...request, attributes: { ...attributes, gasLimit, transactions } }
  }
  const engineBus = (bus: ServiceBus) => {
    const serve = <Request, Response>(
      call: Call<Request, Response>,
      handler: (request: Request) => Promise<Response>,
    ): Subscribed =>
      bus.serve(call, async (request) => {
        if (call.name !== applyAttributes.name) return handler(request)
        return handler((await asUnsafe(request as ApplyAttributesRequest)) as Request)
      })
    return withChanges(bus, { serve })
  }
  const executionClient = (given: ExecutionClient) => {
    client = given
    return given
  }
  return { engineBus, executionClient }
}

/** A bus with some methods replaced. */
export function withChanges(bus: ServiceBus, changed: Partial<Bus>): ServiceBus {
  return new Proxy(bus, {
    get: (target, name) => {
      const value: unknown = Reflect.get(name in changed ? changed : target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}
