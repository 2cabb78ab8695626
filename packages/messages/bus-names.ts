import type { ServiceName } from './services.ts'
import {
  type Call,
  type Log,
  type LogStream,
  serviceOf,
  type Signal,
  type State,
} from './subject.ts'

/** The chain and name of a node. Several nodes may share a NATS server, each under its own name. */
export interface NodeAddress {
  readonly chainId: bigint
  /** 1 to 32 of `a-z`, `0-9` and `-`. */
  readonly node: string
}

/** Pattern of a node name. */
export const nodeNamePattern: RegExp = /^[a-z0-9-]{1,32}$/

/** Pattern of an instance name, which is a token of a subject, and usually the name of a pod or host. */
export const instanceNamePattern: RegExp = /^[A-Za-z0-9_-]{1,64}$/

/** Builds the names of one node's subjects, streams and keys. */
export class BusNames {
  readonly #prefix: string
  readonly #bucketPrefix: string
  readonly #streamPrefix: string

  /** @throws RangeError for a node name that does not match its pattern */
  constructor({ chainId, node }: NodeAddress) {
    if (!nodeNamePattern.test(node))
      throw new RangeError(`node name ${JSON.stringify(node)}: want 1 to 32 of a-z, 0-9 and -`)
    this.#prefix = `atoll.${chainId}.${node}`
    this.#bucketPrefix = `atoll_${chainId}_${node}`
    this.#streamPrefix = `ATOLL_${chainId}_${node}`
  }

  /** Name of the account in the NATS server that has all users of the node, one for each role. */
  get account(): string {
    return this.#streamPrefix
  }

  /**
   * The subject on which updates of a state are pushed. If each instance has its own value, `instance` may be `*`: the
   * result is then the pattern of the subjects of all instances.
   */
  stateUpdates(state: State<unknown>, instance: string): string {
    return `${this.#prefix}.${stateKey(state, instance)}`
  }

  /** The subject under which a state is stored. */
  stateStored(state: State<unknown>, instance: string): string {
    return `$KV.${this.#stateBucket(state)}.${stateKey(state, instance)}`
  }

  /** The pattern of the subjects under which the states of one service and one kind are stored. */
  statesStored(service: ServiceName, kind: StateKind): string {
    return `$KV.${this.#stateBucket(kind)}.${service}.>`
  }

  /**
   * The stream of all states of one kind. The states that each instance writes for itself have their own stream, since
   * they expire.
   */
  stateStream(kind: StateKind): string {
    return `KV_${this.#stateBucket(kind)}`
  }

  /** The subjects of a state stream, and the subjects to which the stream republishes updates. */
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

  /** The subject of an entry of a log; for `*`, the subject pattern of all entries. */
  logEntry({ name }: Log<unknown>, number: bigint | '*'): string {
    return `${this.#prefix}.${name}.${number}`
  }

  /** The subject of a call. */
  call({ name }: Call<unknown, unknown>): string {
    return `${this.#prefix}.call.${name}`
  }

  /** The subject pattern of all calls that a service serves. */
  calls(service: ServiceName): string {
    return `${this.#prefix}.call.${service}.>`
  }

  /** The subject of a signal. */
  signal({ name }: Signal<unknown>): string {
    return `${this.#prefix}.${name}`
  }
}

/** Prefix of the reply inbox of a user; other users have no right to read it. */
export function inboxPrefix(role: string): string {
  return `_INBOX_${role}`
}

/** Whether a state has one value for the service, or one for each instance of the service. */
export type StateKind = Pick<State<unknown>, 'perInstance'>

function stateKey(state: State<unknown>, instance: string): string {
  const [, what] = state.name.split('.', 2)
  const service = serviceOf(state)
  return state.perInstance ? `${service}.${what}.${instance}` : `${service}.${what}`
}
