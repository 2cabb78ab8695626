import type { ServiceName } from './services.ts'
import {
  type Call,
  type Log,
  type LogStream,
  serviceOf,
  type Signal,
  type State,
} from './subject.ts'

/** Which node's bus: several nodes may share a server, each with its own names. */
export interface NodeAddress {
  readonly chainId: bigint
  /** 1 to 32 of `a-z`, `0-9` and `-`. */
  readonly node: string
}

/** What a node may be called. */
export const nodeNamePattern: RegExp = /^[a-z0-9-]{1,32}$/

/** What an instance may be called: it is a word of a subject, and the name of a pod or host. */
export const instanceNamePattern: RegExp = /^[A-Za-z0-9_-]{1,64}$/

/** The names on the wire of one node's subjects, streams and keys. */
export class BusNames {
  readonly #prefix: string
  readonly #bucketPrefix: string
  readonly #streamPrefix: string

  /** @throws RangeError for a node name that breaks its pattern */
  constructor({ chainId, node }: NodeAddress) {
    if (!nodeNamePattern.test(node))
      throw new RangeError(`node name ${JSON.stringify(node)}: want 1 to 32 of a-z, 0-9 and -`)
    this.#prefix = `atoll.${chainId}.${node}`
    this.#bucketPrefix = `atoll_${chainId}_${node}`
    this.#streamPrefix = `ATOLL_${chainId}_${node}`
  }

  /** The account of the node's users, and name of the node towards an operator. */
  get account(): string {
    return this.#streamPrefix
  }

  /** Where updates of a state are pushed; for a state per instance, those of `instance`, or of all with `*`. */
  stateUpdates(state: State<unknown>, instance: string): string {
    return `${this.#prefix}.${stateKey(state, instance)}`
  }

  /** The subject under which a state is stored. */
  stateStored(state: State<unknown>, instance: string): string {
    return `$KV.${this.#stateBucket(state)}.${stateKey(state, instance)}`
  }

  /** The subject under which everything of one kind that a service states is stored. */
  statesStored(service: ServiceName, kind: StateKind): string {
    return `$KV.${this.#stateBucket(kind)}.${service}.>`
  }

  /** The stream of the states of a kind. What instances state is kept apart: it ages, and there may be many. */
  stateStream(kind: StateKind): string {
    return `KV_${this.#stateBucket(kind)}`
  }

  /** Subjects of a state stream, and where it sends each update on. */
  stateRepublish(kind: StateKind): { readonly source: string; readonly destination: string } {
    return { source: `$KV.${this.#stateBucket(kind)}.>`, destination: `${this.#prefix}.>` }
  }

  /** The subject under which the lease of a service is stored. */
  lease(service: ServiceName): string {
    return `$KV.${this.#bucketPrefix}_lease.${service}`
  }

  /** The stream of all leases. */
  get leaseStream(): string {
    return `KV_${this.#bucketPrefix}_lease`
  }

  /** Subjects of the lease stream. */
  get leases(): string {
    return `$KV.${this.#bucketPrefix}_lease.>`
  }

  /** The stream that keeps a log. */
  logStream({ name }: LogStream): string {
    return `${this.#streamPrefix}_${name}`
  }

  #stateBucket({ perInstance }: StateKind): string {
    return `${this.#bucketPrefix}_${perInstance ? 'instances' : 'state'}`
  }

  /** The subject of a log's entry; of any entry with `*`. */
  logEntry({ name }: Log<unknown>, number: bigint | '*'): string {
    return `${this.#prefix}.${name}.${number}`
  }

  /** The subject of a call. */
  call({ name }: Call<unknown, unknown>): string {
    return `${this.#prefix}.call.${name}`
  }

  /** The subject of any call that a service serves. */
  calls(service: ServiceName): string {
    return `${this.#prefix}.call.${service}.>`
  }

  /** The subject of a signal. */
  signal({ name }: Signal<unknown>): string {
    return `${this.#prefix}.${name}`
  }
}

/** Where replies to a user of the bus go: its own prefix keeps the others from reading them. */
export function inboxPrefix(role: string): string {
  return `_INBOX_${role}`
}

/** Whether there is one value for the service, or one for each of its instances. */
export type StateKind = Pick<State<unknown>, 'perInstance'>

function stateKey(state: State<unknown>, instance: string): string {
  const [, what] = state.name.split('.', 2)
  const service = serviceOf(state)
  return state.perInstance ? `${service}.${what}.${instance}` : `${service}.${what}`
}
