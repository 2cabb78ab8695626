import { serviceNames } from '#messages/services.ts'
import fc, { type Arbitrary } from 'fast-check'
import type { ApplyAttributesRequest, ApplyAttributesResponse } from '#messages/apply-attributes.ts'
import type { ChainState, ResetPoint } from '#messages/chain-state.ts'
import type { DerivationTargets } from '#messages/derivation-targets.ts'
import type { FaultBody } from '#messages/fault-body.ts'
import type { FetchL1BlockRequest, FetchL1BlockResponse } from '#messages/fetch-l1-block.ts'
import type {
  FetchL2BlockRequest,
  FetchL2BlockResponse,
  L2BlockPart,
} from '#messages/fetch-l2-block.ts'
import type { ExecuteResponse } from '#messages/execute.ts'
import type { InsertRequest, InsertResponse } from '#messages/insert.ts'
import type { L1Heads } from '#messages/l1-heads.ts'
import type { LogLevelChange } from '#messages/log-level-change.ts'
import type { PostPayloadRequest, PostPayloadResponse } from '#messages/post-payload.ts'
import type { PublishPayloadRequest, PublishPayloadResponse } from '#messages/publish-payload.ts'
import type { ReceivedPayload } from '#messages/received-payload.ts'
import type { RefusedPayload } from '#messages/refused-payload.ts'
import type { ResetRequest, ResetResponse } from '#messages/reset.ts'
import type { SafeAt } from '#messages/safe-at.ts'
import type { SafeHeadAtRequest, SafeHeadAtResponse } from '#messages/safe-head-at.ts'
import type { SealRequest, SealResponse } from '#messages/seal.ts'
import type { ServiceStatus } from '#messages/service-status.ts'
import type { SystemConfigUpdate } from '#messages/system-config-update.ts'
import type { AccountProof } from '#protocol/block/account-proof.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import type { Payload, PayloadHeader } from '#protocol/block/payload.ts'
import type { BlockId, L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import type { SystemConfig } from '#protocol/block/system-config.ts'
import { toAddress, toBytes32, toBytes8, toHash } from '#protocol/codec/hex.ts'
import { flashblockMessages } from './arbitrary-flashblocks.ts'
import {
  changePeerRequest,
  changePeerResponse,
  fetchPeersRequest,
  fetchPeersResponse,
} from './arbitrary-peers.ts'
import { sequencerMessages } from './arbitrary-sequencer.ts'

const record = <Fields>(fields: { [Name in keyof Fields]: Arbitrary<Fields[Name]> }) =>
  fc.record(fields, { noNullPrototype: true })

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const data = fc.uint8Array({ maxLength: 64 })
const blob = fc.integer({ min: 0, max: 255 }).map((byte) => new Uint8Array(131_072).fill(byte))
const hash = bytes(32).map(toHash)
const word = bytes(32).map(toBytes32)
const bytes8 = bytes(8).map(toBytes8)
const address = bytes(20).map(toAddress)
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const uint256 = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n })
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const uint16 = fc.integer({ min: 0, max: 0xffff })
const count = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
const maybe = <Value>(value: Arbitrary<Value>) => fc.option(value, { nil: undefined })
const few = <Value>(value: Arbitrary<Value>) => fc.array(value, { maxLength: 3 })
const withdrawals = maybe(fc.constant([] as const))

const blockIdFields = { hash, number: uint64 }
const l1RefFields = { ...blockIdFields, parentHash: hash, timestamp: uint64 }
const blockId: Arbitrary<BlockId> = record(blockIdFields)
const l1Ref: Arbitrary<L1BlockRef> = record(l1RefFields)
const l2Ref: Arbitrary<L2BlockRef> = record({
  ...l1RefFields,
  l1Origin: blockId,
  sequenceNumber: uint64,
})

const systemConfig: Arbitrary<SystemConfig> = record({
  batcherAddress: address,
  overhead: word,
  scalar: word,
  gasLimit: uint64,
  eip1559Params: bytes8,
  operatorFeeParams: word,
  minBaseFee: uint64,
  daFootprintGasScalar: uint16,
})

const attributes: Arbitrary<PayloadAttributes> = record({
  timestamp: uint64,
  prevRandao: hash,
  suggestedFeeRecipient: address,
  withdrawals,
  parentBeaconBlockRoot: maybe(hash),
  transactions: few(data),
  noTxPool: fc.boolean(),
  gasLimit: uint64,
  eip1559Params: maybe(bytes8),
  minBaseFee: maybe(uint64),
})

const payloadHeaderFields = {
  blockHash: hash,
  parentHash: hash,
  feeRecipient: address,
  stateRoot: hash,
  receiptsRoot: hash,
  logsBloom: bytes(256),
  prevRandao: hash,
  number: uint64,
  gasLimit: uint64,
  gasUsed: uint64,
  timestamp: uint64,
  extraData: fc.uint8Array({ maxLength: 32 }),
  baseFeePerGas: uint256,
  withdrawals,
  blobGasUsed: maybe(uint64),
  excessBlobGas: maybe(uint64),
  parentBeaconBlockRoot: maybe(hash),
  withdrawalsRoot: maybe(hash),
}
const payloadHeader: Arbitrary<PayloadHeader> = record(payloadHeaderFields)
/** A payload with any combination of fields. */
export const anyPayload: Arbitrary<Payload> = record({
  ...payloadHeaderFields,
  transactions: few(data),
})
const payload = anyPayload

const accountProof: Arbitrary<AccountProof> = record({
  stateRoot: hash,
  address,
  storageHash: hash,
  codeHash: hash,
  nonce: uint64,
  balance: uint256,
  proof: few(data),
})

const l1Block: Arbitrary<L1Block> = record({
  ...l1RefFields,
  prevRandao: hash,
  baseFee: uint256,
  excessBlobGas: maybe(uint64),
  parentBeaconBlockRoot: maybe(hash),
  logs: few(record({ address, topics: few(word), data, index: uint32 })),
  inboxTransactions: few(
    record({
      hash,
      type: uint16,
      sender: address,
      data,
      blobs: fc.array(record({ versionedHash: hash, data: maybe(blob) }), { maxLength: 1 }),
    }),
  ),
})

const kind = <Kind extends string>(name: Kind) => fc.constant(name)

const resetPoint: Arbitrary<ResetPoint> = record({ safe: l2Ref, l1Origin: l1Ref, systemConfig })

const chainState: Arbitrary<ChainState> = record({
  generation: uint64,
  version: uint64,
  sequence: uint64,
  outcome: fc.constantFrom('started', 'consolidated', 'built', 'replaced', 'dropped'),
  attributesDigest: maybe(word),
  unsafe: l2Ref,
  safe: l2Ref,
  finalized: l2Ref,
  localSafe: l2Ref,
  pendingSafe: l2Ref,
  start: resetPoint,
  sync: fc.constantFrom('ready', 'el-syncing', 'el-synced'),
  term: uint64,
  instance: fc.string(),
})

const safeAt: Arbitrary<SafeAt> = record({ l1: blockId, safe: blockId, generation: uint64 })

const l2BlockPart: Arbitrary<L2BlockPart> = fc.oneof(
  record({ kind: kind('ref') }),
  record({ kind: kind('header'), header: payloadHeader }),
  record({ kind: kind('payload'), payload }),
  record({ kind: kind('account-proof'), proof: accountProof }),
)

const byNumber = record({ kind: kind('number'), number: uint64 })
const byHash = record({ kind: kind('hash'), hash })

const fetchL1BlockRequest: Arbitrary<FetchL1BlockRequest> = record({
  block: fc.oneof(byNumber, byHash),
  parentHash: maybe(hash),
  batcherAddress: address,
})

const fetchL1BlockResponse: Arbitrary<FetchL1BlockResponse> = fc.oneof(
  record({ kind: kind('block'), block: l1Block }),
  record({ kind: kind('not-found') }),
  record({ kind: kind('reorged'), canonical: l1Ref }),
)

const fetchL2BlockRequest: Arbitrary<FetchL2BlockRequest> = record({
  block: fc.oneof(
    byNumber,
    byHash,
    record({ kind: kind('label'), label: fc.constantFrom('unsafe', 'safe', 'finalized') }),
  ),
  part: fc.constantFrom('ref', 'header', 'payload', 'account-proof'),
})

const fetchL2BlockResponse: Arbitrary<FetchL2BlockResponse> = fc.oneof(
  record({ generation: uint64, kind: kind('found'), ref: l2Ref, part: l2BlockPart }),
  record({ generation: uint64, kind: kind('not-found') }),
)

const applyAttributesRequest: Arbitrary<ApplyAttributesRequest> = record({
  generation: uint64,
  sequence: uint64,
  parent: l2Ref,
  attributes,
  derivedFrom: l1Ref,
  concludesBatch: fc.boolean(),
})

const applyAttributesResponse: Arbitrary<ApplyAttributesResponse> = fc.oneof(
  record({ kind: kind('accepted') }),
  record({ kind: kind('refused'), generation: uint64 }),
)

const resetRequest: Arbitrary<ResetRequest> = record({
  generation: uint64,
  reason: fc.constantFrom(
    'l1-reorg',
    'invalid-payload',
    'operator',
    'history',
    'unknown-inclusion',
    'engine-behind',
    'l1-parent-hash',
    'l1-timestamp',
    'parent-hash',
    'timestamp',
    'epoch',
    'epoch-of-other-chain',
  ),
  safe: maybe(blockId),
})

const resetResponse: Arbitrary<ResetResponse> = record({ generation: uint64 })

const safeHeadAtRequest: Arbitrary<SafeHeadAtRequest> = record({
  kind: fc.constantFrom('l1-number', 'l2-number'),
  number: uint64,
})

const safeHeadAtResponse: Arbitrary<SafeHeadAtResponse> = fc.oneof(
  record({ kind: kind('found'), entry: safeAt }),
  record({ kind: fc.constantFrom('not-yet', 'too-old') }),
)

const l1Heads: Arbitrary<L1Heads> = record({
  head: l1Ref,
  safe: maybe(l1Ref),
  finalized: maybe(l1Ref),
})

const systemConfigUpdate: Arbitrary<SystemConfigUpdate> = record({
  at: l1Ref,
  unsafeBlockSigner: address,
})

const derivationTargets: Arbitrary<DerivationTargets> = record({
  finalized: maybe(blockId),
  currentL1: maybe(l1Ref),
  generation: uint64,
  version: uint64,
})

const receivedPayload: Arbitrary<ReceivedPayload> = record({ payload })

const publishPayloadRequest: Arbitrary<PublishPayloadRequest> = record({ payload })

const publishPayloadResponse: Arbitrary<PublishPayloadResponse> = record({
  peers: count,
  wasPublished: fc.boolean(),
})

const refusedPayload: Arbitrary<RefusedPayload> = record({ block: blockId })

const postPayloadRequest: Arbitrary<PostPayloadRequest> = record({ payload })

const postPayloadResponse: Arbitrary<PostPayloadResponse> = fc.constant({})

const logLevelChange: Arbitrary<LogLevelChange> = record({
  level: fc.constantFrom('error', 'warn', 'info', 'debug'),
})

const serviceStatus: Arbitrary<ServiceStatus> = record({
  instance: fc.string(),
  version: fc.string(),
  startedMs: count,
  phase: fc.constantFrom('starting', 'standby', 'running', 'waiting', 'stopping'),
  wait: maybe(
    fc.oneof(
      record({ what: fc.string(), sinceMs: count, next: fc.string() }),
      record({
        what: fc.string(),
        sinceMs: count,
        next: fc.string(),
        on: fc.constantFrom(...serviceNames),
      }),
    ),
  ),
  inputs: few(record({ name: fc.string(), ageMs: maybe(count) })),
  writtenMs: count,
  notices: few(fc.string()),
  restarted: maybe(record({ reason: fc.string(), failures: fc.nat(), lastMs: count })),
  healthUrl: maybe(fc.string({ minLength: 1 })),
  progress: maybe(fc.string({ minLength: 1 })),
})

const faultBody: Arbitrary<FaultBody> = record({
  code: fc.string(),
  severity: fc.constantFrom('temporary', 'reset', 'critical'),
  detail: fc.string(),
})

const stale = record({ kind: kind('stale'), reason: fc.string() })
const invalid = record({ kind: kind('invalid'), reason: fc.string() })

const sealRequest: Arbitrary<SealRequest> = record({
  generation: uint64,
  parent: blockId,
  payloadId: bytes8,
  timestamp: uint64,
})
const sealResponse: Arbitrary<SealResponse> = fc.oneof(
  record({ kind: kind('sealed'), payload }),
  stale,
  record({ kind: kind('unknown-payload') }),
)
const executeResponse: Arbitrary<ExecuteResponse> = fc.oneof(
  record({ kind: kind('valid') }),
  stale,
  invalid,
)
const insertRequest: Arbitrary<InsertRequest> = record({ generation: uint64, payload })
const insertResponse: Arbitrary<InsertResponse> = fc.oneof(
  record({ kind: kind('inserted'), block: l2Ref }),
  stale,
  invalid,
)

/** An arbitrary for each message, by its protobuf name. */
export const messageArbitraries: Readonly<Record<string, Arbitrary<unknown>>> = {
  'atoll.v1.L1Heads': l1Heads,
  'atoll.v1.SystemConfigUpdate': systemConfigUpdate,
  'atoll.v1.FetchL1BlockRequest': fetchL1BlockRequest,
  'atoll.v1.FetchL1BlockResponse': fetchL1BlockResponse,
  'atoll.v1.ApplyAttributesRequest': applyAttributesRequest,
  'atoll.v1.ApplyAttributesResponse': applyAttributesResponse,
  'atoll.v1.FetchL2BlockRequest': fetchL2BlockRequest,
  'atoll.v1.FetchL2BlockResponse': fetchL2BlockResponse,
  'atoll.v1.ResetRequest': resetRequest,
  'atoll.v1.ResetResponse': resetResponse,
  'atoll.v1.ChainState': chainState,
  'atoll.v1.DerivationTargets': derivationTargets,
  'atoll.v1.SafeAt': safeAt,
  'atoll.v1.SafeHeadAtRequest': safeHeadAtRequest,
  'atoll.v1.SafeHeadAtResponse': safeHeadAtResponse,
  'atoll.v1.ReceivedPayload': receivedPayload,
  'atoll.v1.PublishPayloadRequest': publishPayloadRequest,
  'atoll.v1.PublishPayloadResponse': publishPayloadResponse,
  'atoll.v1.RefusedPayload': refusedPayload,
  'atoll.v1.PostPayloadRequest': postPayloadRequest,
  'atoll.v1.PostPayloadResponse': postPayloadResponse,
  ...flashblockMessages(blockId, attributes),
  'atoll.v1.SealRequest': sealRequest,
  'atoll.v1.SealResponse': sealResponse,
  'atoll.v1.ExecuteRequest': insertRequest,
  'atoll.v1.ExecuteResponse': executeResponse,
  'atoll.v1.InsertRequest': insertRequest,
  'atoll.v1.InsertResponse': insertResponse,
  ...sequencerMessages,
  'atoll.v1.FetchPeersRequest': fetchPeersRequest,
  'atoll.v1.FetchPeersResponse': fetchPeersResponse,
  'atoll.v1.ChangePeerRequest': changePeerRequest,
  'atoll.v1.ChangePeerResponse': changePeerResponse,
  'atoll.v1.LogLevelChange': logLevelChange,
  'atoll.v1.ServiceStatus': serviceStatus,
  'atoll.v1.Fault': faultBody,
}
