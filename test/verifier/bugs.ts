import type { ApplyAttributesRequest, ApplyAttributesResponse } from '#messages/apply-attributes.ts'
import { applyAttributes, engineChain } from '#messages/subjects.ts'
import type { Call } from '#messages/subject.ts'
import { Pipeline, type PipelineOptions } from '#protocol/pipeline/pipeline.ts'
import type { ServiceBus } from '#runtime/bus/service-bus.ts'
import type { DerivationPorts } from '#services/derivation/derivation.ts'

/** What is broken on purpose, to see that the simulation finds out. */
export type Bug =
  | 'no-generation-check'
  | 'no-flush-after-replacement'
  | 'window-one-too-long'
  | 'window-one-too-short'

/** Where a bug sits. */
interface Broken {
  readonly derivation: Pick<DerivationPorts, 'makePipeline'>
  readonly engineBus: (bus: ServiceBus) => ServiceBus
}

/** The verifier with a bug; without one, as it is. */
export function withBug(bug: Bug | undefined): Broken {
  const sound: Broken = { derivation: {}, engineBus: (bus) => bus }
  switch (bug) {
    case undefined:
      return sound
    case 'no-generation-check':
      return { ...sound, engineBus: withoutGenerationCheck }
    case 'no-flush-after-replacement':
      return { ...sound, derivation: { makePipeline: (options) => new NeverFlushing(options) } }
    case 'window-one-too-long':
      return { ...sound, derivation: { makePipeline: (options) => windowLongerBy(options, 1n) } }
    case 'window-one-too-short':
      return { ...sound, derivation: { makePipeline: (options) => windowLongerBy(options, -1n) } }
  }
}

class NeverFlushing extends Pipeline {
  override flush(): void {}
}

function windowLongerBy(options: PipelineOptions, blocks: bigint): Pipeline {
  const sequencingWindow = options.config.sequencingWindow + blocks
  return new Pipeline({ ...options, config: { ...options.config, sequencingWindow } })
}

/** Whatever generation attributes are of, they are taken as of the one that is in force. */
function withoutGenerationCheck(bus: ServiceBus): ServiceBus {
  const chain = bus.follow(engineChain, () => undefined)
  return new Proxy(bus, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target)
      if (name !== 'serve') return typeof value === 'function' ? value.bind(target) : value
      const serve = (call: Call<unknown, unknown>, handler: Handler) =>
        target.serve(call, (request) => handler(asCurrent(call, request)))
      const asCurrent = (call: Call<unknown, unknown>, request: unknown) => {
        if (call.name !== applyAttributes.name || chain.current === undefined) return request
        const { generation, sequence } = chain.current
        return { ...(request as ApplyAttributesRequest), generation, sequence: sequence + 1n }
      }
      return serve
    },
  })
}

type Handler = (request: unknown) => Promise<ApplyAttributesResponse>
