import type { Payload } from '#protocol/block/payload.ts'
import { hashPayload } from '#protocol/block/payload-hash.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import { isActive } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { toHash } from '#protocol/codec/hex.ts'
import { l2BlockRefOf } from '#protocol/derivation/l2-block.ts'
import type { Hash } from '#protocol/primitives.ts'
import { buildBlock, digestOf } from '#test/differential/stand-in-engine.ts'
import { address } from '#test/fakes/test-rollup.ts'
import { depositType } from '#protocol/transaction/transaction-types.ts'

/** Rules by which the stand-in client refuses blocks. The client decides by the digest of the attributes. */
export interface StandInRules {
  readonly config: RollupConfig
  /** Of 256 blocks with user transactions, about this number are refused. */
  readonly refuseBelow: number
  /** Whether blocks have a state root, without which a standby cannot check flashblocks. */
  readonly hasRoots?: boolean
}

/** The call that refuses: the start of the build, or `newPayload` with the built payload. */
export type Refusal = 'attributes' | 'payload'

/** The verdict on attributes. A deposits-only block is always valid. */
export function refusalOf(
  { refuseBelow }: StandInRules,
  parent: Hash,
  attributes: PayloadAttributes,
): Refusal | undefined {
  const digest = digestOf(parent, attributes)
  if (Number.parseInt(digest.slice(2, 4), 16) >= refuseBelow) return undefined
  if (attributes.transactions.every((raw) => raw[0] === depositType)) return undefined
  return Number.parseInt(digest.slice(4, 6), 16) < 128 ? 'attributes' : 'payload'
}

const zeroHash = toHash(new Uint8Array(32))

/** The block built from attributes on a parent. The block depends on nothing else. */
export function payloadOf(
  { config, hasRoots = false }: StandInRules,
  parent: Pick<L2BlockRef, 'hash' | 'number'>,
  attributes: PayloadAttributes,
): Payload {
  const place = { number: parent.number + 1n, parentHash: parent.hash, blockHash: zeroHash }
  const isEcotone = isActive(config, 'ecotone', attributes.timestamp)
  const payload = {
    ...buildBlock(config, attributes, place),
    feeRecipient: attributes.suggestedFeeRecipient,
    stateRoot: hasRoots ? parent.hash : zeroHash,
    receiptsRoot: zeroHash,
    logsBloom: new Uint8Array(256),
    prevRandao: attributes.prevRandao,
    gasUsed: 0n,
    baseFeePerGas: 7n,
    withdrawals: attributes.withdrawals,
    blobGasUsed: isEcotone ? 0n : undefined,
    excessBlobGas: isEcotone ? 0n : undefined,
    parentBeaconBlockRoot: attributes.parentBeaconBlockRoot,
    withdrawalsRoot: isActive(config, 'isthmus', attributes.timestamp) ? zeroHash : undefined,
  }
  return { ...payload, blockHash: hashPayload(payload) }
}

/** The genesis block. */
export function genesisPayload({ genesis }: RollupConfig): Payload {
  return {
    blockHash: genesis.l2.hash,
    parentHash: zeroHash,
    feeRecipient: address(0),
    stateRoot: zeroHash,
    receiptsRoot: zeroHash,
    logsBloom: new Uint8Array(256),
    prevRandao: zeroHash,
    number: genesis.l2.number,
    gasLimit: genesis.systemConfig.gasLimit,
    gasUsed: 0n,
    timestamp: genesis.l2Timestamp,
    extraData: new Uint8Array(0),
    baseFeePerGas: 7n,
    withdrawals: undefined,
    blobGasUsed: undefined,
    excessBlobGas: undefined,
    parentBeaconBlockRoot: undefined,
    withdrawalsRoot: undefined,
    transactions: [],
  }
}

/** The reference of a block. */
export function refOfPayload(config: RollupConfig, payload: Payload): L2BlockRef {
  return l2BlockRefOf(config, payload)
}
