import type { FetchL1BlockRequest } from '#messages/fetch-l1-block.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { BlockId, L1BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import type { Fault } from '#runtime/fault.ts'
import type { Service } from '#service/service.ts'
import type { Metrics } from './metrics.ts'

/** The parts of the process that da-watcher uses. */
export interface Context extends Pick<Service<unknown>, 'bus' | 'clock' | 'signal'> {
  readonly log: Pick<Service<unknown>['log'], 'debug' | 'info' | 'warn'>
  readonly status: Pick<Service<unknown>['status'], 'setWait'>
  readonly metrics: Metrics
}

/** The outside world of da-watcher. */
export interface Ports {
  readonly l1: L1
  readonly config: RollupConfig
  /** Period in which the head is polled. */
  readonly pollMs: number
  /** Period in which the safe and the finalized head are polled; undefined: 12 times `pollMs`. */
  readonly finalityPollMs?: number | undefined
}

/** The endpoints of L1. The answers of the endpoints are verified, except for the answers of trusted endpoints. */
export interface L1 {
  /** Number of JSON-RPC endpoints. */
  readonly endpoints: number
  readHeads(query: HeadQuery): Promise<HeadReading>
  /** Calls back with each head that an endpoint announces, until the returned function is called. */
  onHead?(listener: (head: L1Head) => void): () => void
  /** Records that an endpoint is behind, so that others are preferred. */
  noteLag(endpoint: string, blocks: bigint): void
  /**
   * The canonical block at a number, or the block with a hash, with the blobs of the batchers that `batchersOf` names.
   * Does not check the `parentHash` of the request.
   *
   * @returns undefined if no endpoint has the block
   * @throws Fault `temporary` that names each endpoint and why it failed
   */
  fetchBlock(request: FetchL1BlockRequest, lookup: Lookup): Promise<L1Block | undefined>
  /** Records in the cache that a block is final. */
  markFinal(block: BlockId): void
  /** The unsafe block signer in the state after an L1 block. @throws Fault `temporary` if no endpoint can read it */
  fetchUnsafeBlockSigner(at: L1BlockRef): Promise<Address>
}

/** Where a block may come from. */
export type Lookup =
  /** `canonical`: hash of the canonical block at the requested number, if it is known. */
  | { readonly kind: 'cache-first'; readonly canonical: Hash | undefined }
  | { readonly kind: 'endpoints-only' }

/** Which heads to read. */
export interface HeadQuery {
  /** Whether to read the safe and the finalized head, too. */
  readonly withFinality: boolean
  /** Whether to query every endpoint. */
  readonly everyEndpoint: boolean
  /** Number of the known head. If the head of an endpoint is lower, the next endpoint is queried too. */
  readonly known: bigint
}

/** The result of a query for heads. */
export interface HeadReading {
  /** The answers, in the order in which they arrived. */
  readonly answers: readonly HeadAnswer[]
  /** Why the query failed. Undefined if it succeeded, or if the only failure is that every endpoint is behind. */
  readonly fault: Fault | undefined
}

/** The heads of one endpoint. */
export interface HeadAnswer {
  readonly endpoint: string
  readonly head: L1Head
  /** Undefined if the safe and the finalized head were not queried. */
  readonly finality: Finality | undefined
}

/** A head of L1. */
export interface L1Head {
  readonly ref: L1BlockRef
  /** Whether the block may update the unsafe block signer; false only if its logs bloom rules out an update. */
  readonly mayUpdateSigner: boolean
}

/** The safe and the finalized head; each is undefined on a chain that is too young to have this head. */
export interface Finality {
  readonly safe: L1BlockRef | undefined
  readonly finalized: L1BlockRef | undefined
}
