import { atoll } from '#proto/atoll.js'
import type { L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import type { SystemConfig } from '#protocol/block/system-config.ts'
import type { Bytes32 } from '#protocol/primitives.ts'
import {
  bytes32FromWire,
  enumWire,
  hexToWire,
  optional,
  present,
  uint64FromWire,
  uint64ToWire,
} from './wire/fields.ts'
import { messageCodec, type MessageCodec } from './wire/message-codec.ts'
import { l1RefFromWire, l1RefToWire, l2RefFromWire, l2RefToWire } from './wire/refs.ts'
import { systemConfigFromWire, systemConfigToWire } from './wire/system-config.ts'

/** The public state of the L2 chain: heads, generation, outcome of the last attributes. */
export interface ChainState {
  /** Grows with each reset: `max(previous + 1, Unix milliseconds)`. So it grows even if the bus lost its store. */
  readonly generation: bigint
  /** Grows by one with each write within the generation. */
  readonly version: bigint
  /** Sequence of the attributes applied last in this generation; 0 for none. */
  readonly sequence: bigint
  /**
   * Outcome of these attributes. `replaced`: they were refused, and a deposits-only block was built instead. `dropped`,
   * only before Holocene: they were refused, and the pending safe head was reset to the safe head.
   */
  readonly outcome: 'started' | 'consolidated' | 'built' | 'replaced' | 'dropped'
  /** Digest of the attributes with this sequence; undefined while the sequence is 0. */
  readonly attributesDigest: Bytes32 | undefined
  readonly unsafe: L2BlockRef
  readonly safe: L2BlockRef
  readonly finalized: L2BlockRef
  readonly localSafe: L2BlockRef
  readonly pendingSafe: L2BlockRef
  readonly start: ResetPoint
  /**
   * `el-syncing`: the execution client syncs from its peers, and derivation waits. `el-synced`: this sync is complete,
   * and the generation started with a safe head that was a configured distance below the client's head.
   */
  readonly sync: 'ready' | 'el-syncing' | 'el-synced'
  /** The lease revision under which this state was written. */
  readonly term: bigint
  readonly instance: string
}

/** Where derivation starts in a generation. */
export interface ResetPoint {
  readonly safe: L2BlockRef
  /** The L1 block where the pipeline starts: a channel timeout before the safe head's L1 origin. */
  readonly l1Origin: L1BlockRef
  /** The system config at `l1Origin`. */
  readonly systemConfig: SystemConfig
}

/** Whether `candidate` was written after `current`, regardless of the order of arrival. */
export function byGenerationAndVersion(candidate: ChainState, current: ChainState): boolean {
  return candidate.generation === current.generation
    ? candidate.version > current.version
    : candidate.generation > current.generation
}

const { Outcome, Sync } = atoll.v1.ChainState

const outcome = enumWire({
  started: Outcome.STARTED,
  consolidated: Outcome.CONSOLIDATED,
  built: Outcome.BUILT,
  replaced: Outcome.REPLACED,
  dropped: Outcome.DROPPED,
})

const sync = enumWire({
  ready: Sync.READY,
  'el-syncing': Sync.EL_SYNCING,
  'el-synced': Sync.EL_SYNCED,
})

/** Codec of `ChainState`. */
export const chainStateCodec: MessageCodec<ChainState> = messageCodec(
  'ChainState',
  atoll.v1.ChainState,
  { toWire: chainToWire, fromWire: chainFromWire },
)

function chainToWire(chain: ChainState): atoll.v1.ChainState.$Properties {
  return {
    generation: uint64ToWire(chain.generation),
    version: uint64ToWire(chain.version),
    sequence: uint64ToWire(chain.sequence),
    outcome: outcome.toWire(chain.outcome),
    attributesDigest: optional(chain.attributesDigest, hexToWire) ?? null,
    unsafe: l2RefToWire(chain.unsafe),
    safe: l2RefToWire(chain.safe),
    finalized: l2RefToWire(chain.finalized),
    localSafe: l2RefToWire(chain.localSafe),
    pendingSafe: l2RefToWire(chain.pendingSafe),
    start: {
      safe: l2RefToWire(chain.start.safe),
      l1Origin: l1RefToWire(chain.start.l1Origin),
      systemConfig: systemConfigToWire(chain.start.systemConfig),
    },
    sync: sync.toWire(chain.sync),
    term: uint64ToWire(chain.term),
    instance: chain.instance,
  }
}

function chainFromWire(message: atoll.v1.ChainState): ChainState {
  const start = present(message.start, 'start')
  return {
    generation: uint64FromWire(message.generation),
    version: uint64FromWire(message.version),
    sequence: uint64FromWire(message.sequence),
    outcome: outcome.fromWire(message.outcome, 'outcome'),
    attributesDigest: optional(message.attributesDigest, (digest) =>
      bytes32FromWire(digest, 'attributes_digest'),
    ),
    unsafe: l2RefFromWire(message.unsafe, 'unsafe'),
    safe: l2RefFromWire(message.safe, 'safe'),
    finalized: l2RefFromWire(message.finalized, 'finalized'),
    localSafe: l2RefFromWire(message.localSafe, 'local_safe'),
    pendingSafe: l2RefFromWire(message.pendingSafe, 'pending_safe'),
    start: {
      safe: l2RefFromWire(start.safe, 'start.safe'),
      l1Origin: l1RefFromWire(start.l1Origin, 'start.l1_origin'),
      systemConfig: systemConfigFromWire(start.systemConfig, 'start.system_config'),
    },
    sync: sync.fromWire(message.sync, 'sync'),
    term: uint64FromWire(message.term),
    instance: message.instance,
  }
}
