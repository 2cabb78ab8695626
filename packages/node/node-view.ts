import { randomUUID } from 'node:crypto'
import type { ChainState } from '#messages/chain-state.ts'
import type { DerivationTargets } from '#messages/derivation-targets.ts'
import type { L1Heads } from '#messages/l1-heads.ts'
import type { ServiceStatus } from '#messages/service-status.ts'
import type { ServiceName } from '#messages/services.ts'
import { derivationTargets, engineChain, l1Heads, serviceStatus } from '#messages/subjects.ts'
import { ServiceBus } from '#bus/service-bus.ts'
import { noTracing } from '#runtime/tracing.ts'
import { systemClock } from '#runtime/clock.ts'
import type { NodeBus } from './node-bus.ts'
import { nodeServices } from './node-services.ts'

/** States of a node, as shown to operators. */
export interface NodeView {
  readonly chain: ChainState | undefined
  readonly l1: L1Heads | undefined
  readonly targets: DerivationTargets | undefined
  /** Status of each service, from the instance that reported last. */
  readonly services: ReadonlyMap<ServiceName, ServiceStatus>
}

/** Follows the states of a node on its bus. */
export class NodeViewer {
  readonly #bus: ServiceBus
  readonly #services = new Map<ServiceName, ServiceStatus>()
  #view: NodeView = {
    chain: undefined,
    l1: undefined,
    targets: undefined,
    services: this.#services,
  }

  private constructor(bus: ServiceBus, onChange: (view: NodeView) => void) {
    this.#bus = bus
    const change = (part: Partial<NodeView>) => {
      this.#view = { ...this.#view, ...part }
      onChange(this.#view)
    }
    bus.follow(engineChain, (chain) => change({ chain }))
    bus.follow(l1Heads, (l1) => change({ l1 }))
    bus.follow(derivationTargets, (targets) => change({ targets }))
    for (const { name } of nodeServices)
      bus.followEach(serviceStatus[name], (status) => {
        this.#services.set(name, status)
        change({})
      })
  }

  /**
   * Starts to follow the states of a node.
   *
   * @param onChange called for each change
   * @param onFatal called when the states can no longer be followed
   */
  static async open(
    bus: NodeBus,
    onChange: (view: NodeView) => void,
    onFatal: (error: Error) => void,
  ): Promise<NodeViewer> {
    const instance = 'viewer'
    const connections = await bus.connect('rpc', instance)
    const service = new ServiceBus({
      ...connections,
      names: bus.names,
      service: 'rpc',
      instance,
      boot: randomUUID(),
      clock: systemClock,
      tracing: noTracing,
      onFatal,
    })
    return new NodeViewer(service, onChange)
  }

  get view(): NodeView {
    return this.#view
  }

  close(): Promise<void> {
    return this.#bus.close()
  }
}

/** What the services of a node wait for, such as `engine waits for …`. */
export function waitsOf({ services }: Pick<NodeView, 'services'>): readonly string[] {
  return [...services].flatMap(([name, { wait }]) =>
    wait === undefined ? [] : [`${name} waits for ${wait.what}`],
  )
}
