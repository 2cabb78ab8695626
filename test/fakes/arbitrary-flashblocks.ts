import fc, { type Arbitrary } from 'fast-check'
import type { BuiltFlashblock } from '#messages/built-flashblock.ts'
import type { BuilderFrame, FlashblockProof } from '#messages/builder-frame.ts'
import type { CheckedFlashblock } from '#messages/checked-flashblock.ts'
import type { ReceivedFlashblock } from '#messages/received-flashblock.ts'
import type {
  FetchFlashblocksRequest,
  FetchFlashblocksResponse,
} from '#messages/fetch-flashblocks.ts'
import type { FindPrefixRequest, FindPrefixResponse } from '#messages/find-prefix.ts'
import type {
  SignAuthorizationRequest,
  SignAuthorizationResponse,
} from '#messages/sign-authorization.ts'
import type {
  FlashblockPlan,
  StartBuildingRequest,
  StartBuildingResponse,
} from '#messages/start-building.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import type { BlockId } from '#protocol/block/refs.ts'
import { toAddress, toBytes8, toHash } from '#protocol/codec/hex.ts'
import type { SignedAuthorization } from '#messages/wire/build-authorization.ts'
import type { BuildAuthorization } from '#protocol/flashblock/authorization.ts'
import { maxFlashblocks } from '#protocol/flashblock/assembly.ts'
import type { Flashblock, FlashblockBase, FlashblockDiff } from '#protocol/flashblock/flashblock.ts'

const record = <Fields>(fields: { [Name in keyof Fields]: Arbitrary<Fields[Name]> }) =>
  fc.record(fields, { noNullPrototype: true })
const kind = <Kind extends string>(name: Kind) => fc.constant(name)
const maybe = <Value>(value: Arbitrary<Value>) => fc.option(value, { nil: undefined })
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const hash = bytes(32).map(toHash)
const data = fc.uint8Array({ maxLength: 64 })
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const uint32 = { min: 0, max: 2 ** 32 - 1 }
const reason = fc.string()

const base: Arbitrary<FlashblockBase> = record({
  parentBeaconBlockRoot: hash,
  parentHash: hash,
  feeRecipient: bytes(20).map(toAddress),
  prevRandao: hash,
  number: uint64,
  gasLimit: uint64,
  timestamp: uint64,
  extraData: fc.uint8Array({ maxLength: 32 }),
  baseFeePerGas: fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
})

const diff: Arbitrary<FlashblockDiff> = record({
  stateRoot: hash,
  receiptsRoot: hash,
  logsBloom: bytes(256),
  gasUsed: uint64,
  blockHash: hash,
  transactions: fc.array(data, { maxLength: 3 }),
  withdrawalsRoot: hash,
  blobGasUsed: maybe(uint64),
  postExecTransaction: maybe(data),
})

const flashblock: Arbitrary<Flashblock> = record({
  payloadId: bytes(8).map(toBytes8),
  index: fc.integer({ min: 0, max: maxFlashblocks - 1 }),
  base: maybe(base),
  diff,
})

const builtFlashblock: Arbitrary<BuiltFlashblock> = record({
  number: uint64,
  flashblock,
  epoch: uint64,
})

const authorization: Arbitrary<BuildAuthorization> = record({
  l2ChainId: uint64,
  parentHash: hash,
  number: uint64,
  timestamp: uint64,
  payloadId: bytes(8).map(toBytes8),
  epoch: uint64,
  builder: fc.string(),
  notAfterMs: uint64,
})

const signedAuthorization: Arbitrary<SignedAuthorization> = record({
  authorization,
  signature: bytes(65),
})

const proof: Arbitrary<FlashblockProof> = record({
  authorization: maybe(signedAuthorization),
  builder: fc.string(),
  signature: bytes(64),
})

const receivedFlashblock: Arbitrary<ReceivedFlashblock> = record({
  number: uint64,
  flashblock,
  epoch: uint64,
  peer: fc.string(),
  receivedMs: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  proof: maybe(proof),
  fromStream: fc.boolean(),
})

/** A frame between builders. */
export const builderFrame: Arbitrary<BuilderFrame> = fc.oneof(
  record({ kind: kind('hello'), l2ChainId: uint64 }),
  record({
    kind: kind('flashblock'),
    sent: fc
      .tuple(record({ number: uint64, flashblock, previousLink: hash }), proof)
      .map(([sent, signed]) => ({ ...sent, ...signed })),
  }),
  record({
    kind: kind('acknowledgement'),
    acknowledgement: record({
      payloadId: bytes(8).map(toBytes8),
      index: fc.integer(uint32),
      blockHash: hash,
      status: fc.constantFrom('received', 'executed', 'refused'),
      reason,
    }),
    atMs: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  }),
  record({
    kind: kind('request'),
    payloadId: maybe(bytes(8).map(toBytes8)),
    fromIndex: fc.integer(uint32),
    id: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    leader: maybe(signedAuthorization),
  }),
  record({ kind: kind('answered'), id: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }) }),
)

const checkedFlashblock: Arbitrary<CheckedFlashblock> = record({
  payloadId: bytes(8).map(toBytes8),
  index: fc.integer(uint32),
  blockHash: hash,
  peer: fc.string(),
  outcome: fc.oneof(
    record({ kind: kind('executed') }),
    record({ kind: kind('stored') }),
    record({ kind: kind('refused'), reason }),
  ),
})

const plan: Arbitrary<FlashblockPlan> = record({
  epoch: uint64,
  intervalMs: fc.integer({ ...uint32, min: 1 }),
  sendOffsetMs: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  endBufferMs: fc.integer(uint32),
})

const startBuildingResponse: Arbitrary<StartBuildingResponse> = fc.oneof(
  record({ kind: kind('started'), payloadId: bytes(8).map(toBytes8) }),
  record({ kind: kind('stale'), reason }),
  record({ kind: kind('invalid'), reason }),
)

/** An arbitrary for each message about flashblocks and the start of a block, by its protobuf name. */
export function flashblockMessages(
  parent: Arbitrary<BlockId>,
  attributes: Arbitrary<PayloadAttributes>,
) {
  const startBuildingRequest: Arbitrary<StartBuildingRequest> = record({
    generation: uint64,
    parent,
    attributes,
    attempt: uint64,
    flashblocks: maybe(plan),
    continues: maybe(bytes(8).map(toBytes8)),
  })
  const findPrefixRequest: Arbitrary<FindPrefixRequest> = record({ generation: uint64, parent })
  const findPrefixResponse: Arbitrary<FindPrefixResponse> = record({
    prefix: maybe(
      record({
        payloadId: bytes(8).map(toBytes8),
        index: fc.integer(uint32),
        l1Origin: parent,
        epoch: uint64,
      }),
    ),
  })
  const fetchRequest: Arbitrary<FetchFlashblocksRequest> = record({
    parent,
    timestamp: uint64,
    epoch: uint64,
  })
  const fetchResponse: Arbitrary<FetchFlashblocksResponse> = record({
    answered: fc.integer(uint32),
    silent: fc.array(fc.string(), { maxLength: 3 }),
    epoch: uint64,
  })
  const signAuthorizationRequest: Arbitrary<SignAuthorizationRequest> = record({ authorization })
  const signAuthorizationResponse: Arbitrary<SignAuthorizationResponse> = fc.oneof(
    record({ kind: kind('signed'), signature: bytes(65) }),
    record({ kind: kind('unsigned'), problem: reason }),
  )
  return {
    'atoll.v1.SignAuthorizationRequest': signAuthorizationRequest,
    'atoll.v1.SignAuthorizationResponse': signAuthorizationResponse,
    'atoll.v1.ReceivedFlashblock': receivedFlashblock,
    'atoll.v1.CheckedFlashblock': checkedFlashblock,
    'atoll.v1.FindPrefixRequest': findPrefixRequest,
    'atoll.v1.FindPrefixResponse': findPrefixResponse,
    'atoll.v1.FetchFlashblocksRequest': fetchRequest,
    'atoll.v1.FetchFlashblocksResponse': fetchResponse,
    'atoll.v1.BuiltFlashblock': builtFlashblock,
    'atoll.v1.StartBuildingRequest': startBuildingRequest,
    'atoll.v1.StartBuildingResponse': startBuildingResponse,
  }
}
