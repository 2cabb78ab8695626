import type { Registry } from 'prom-client'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { Service } from '#service/service.ts'
import type { Refusal } from '#json-rpc/clients.ts'
import type { Methods, OnCall, PassOn } from '#json-rpc/json-rpc-dispatch.ts'
import type { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import type { Metrics } from './metrics.ts'

/** The parts of the process that rpc uses. */
export interface Context extends Pick<Service<unknown>, 'bus' | 'clock' | 'signal'> {
  readonly log: Pick<Service<unknown>['log'], 'info' | 'warn' | 'error' | 'debug'>
  readonly status: Pick<Service<unknown>['status'], 'setWait' | 'progress' | 'reasonsNotReady'>
  readonly metrics: Metrics
  readonly registry: Registry
}

/** The outside world of rpc. */
export interface Ports {
  readonly config: RollupConfig
  /** The chains in the dependency set of this chain, including itself; undefined if the set is not known. */
  readonly dependencySet: DependencySetJson | undefined
  /** Whether the node has gossip. */
  readonly hasPeers: boolean
  /** Whether the node has a sequencer. */
  readonly hasSequencer: boolean
  /** The version that clients see. */
  readonly version: string
  /** The execution client, for calls with `pending`; undefined: clients use the execution client itself. */
  readonly execution?: ExecutionPorts | undefined
  /** Opens the servers for clients. */
  serve(served: Served): Promise<Servers>
}

/** The execution client's JSON-RPC. */
export interface ExecutionPorts {
  /** Carries the calls of clients. */
  readonly calls: Pick<JsonRpcClient, 'call'>
  /** Carries the calls of rpc itself, over connections of its own. */
  readonly own: Pick<JsonRpcClient, 'call'>
  /** Whether methods that rpc does not have are passed on. */
  readonly passesOn: boolean
}

/** A dependency set in op-node's form. */
export interface DependencySetJson {
  readonly dependencies: Readonly<Record<string, object>>
  readonly overrideMessageExpiryWindow?: number
}

/** Methods and pages of the servers. */
export interface Served {
  readonly methods: Methods
  /** Methods that control the node, for the server that requires a token. */
  readonly adminMethods: Methods
  readonly passOn?: PassOn | undefined
  readonly onCall: OnCall
  readonly onRefused: (why: Refusal) => void
  /** Body of the answer to `GET /healthz`. */
  readonly healthz: unknown
  readonly reasonsNotReady: () => readonly string[]
}

/** The servers for clients. */
export interface Servers {
  /** Number of open WebSockets. */
  sockets(): number
  close(): Promise<void>
}
