import {
  ByteListType,
  ByteVectorType,
  ContainerType,
  ListBasicType,
  ListCompositeType,
  UintBigintType,
} from '@chainsafe/ssz'
import type { Payload } from '#protocol/block/payload.ts'
import { fromHex } from '#protocol/codec/hex.ts'
import type { PayloadVersion } from '#protocol/p2p/payload-version.ts'

const uint64 = new UintBigintType(8)
const hash = new ByteVectorType(32)

/** The fields of every version, in order. */
const first = {
  parentHash: hash,
  feeRecipient: new ByteVectorType(20),
  stateRoot: hash,
  receiptsRoot: hash,
  logsBloom: new ByteVectorType(256),
  prevRandao: hash,
  number: uint64,
  gasLimit: uint64,
  gasUsed: uint64,
  timestamp: uint64,
  extraData: new ByteListType(32),
  baseFeePerGas: new UintBigintType(32),
  blockHash: hash,
  transactions: new ListCompositeType(new ByteListType(2 ** 30), 2 ** 20),
}
// A withdrawal is never encoded, so its type does not matter.
const second = { ...first, withdrawals: new ListBasicType(uint64, 16) }
const third = { ...second, blobGasUsed: uint64, excessBlobGas: uint64 }

const types = {
  1: new ContainerType(first),
  2: new ContainerType(second),
  3: new ContainerType(third),
  4: new ContainerType({ ...third, withdrawalsRoot: hash }),
}

/** Encodes a payload with @chainsafe/ssz. */
export function encodeWithLibrary(version: PayloadVersion, payload: Payload): Uint8Array {
  return types[version].serialize(toLibrary(payload))
}

/** Decodes a payload with @chainsafe/ssz. @returns the payload in the form of the library */
export function decodeWithLibrary(version: PayloadVersion, ssz: Uint8Array): object {
  return types[version].deserialize(ssz)
}

function toLibrary(payload: Payload) {
  return {
    ...payload,
    parentHash: fromHex(payload.parentHash),
    feeRecipient: fromHex(payload.feeRecipient),
    stateRoot: fromHex(payload.stateRoot),
    receiptsRoot: fromHex(payload.receiptsRoot),
    prevRandao: fromHex(payload.prevRandao),
    blockHash: fromHex(payload.blockHash),
    transactions: [...payload.transactions],
    withdrawals: [],
    blobGasUsed: payload.blobGasUsed ?? 0n,
    excessBlobGas: payload.excessBlobGas ?? 0n,
    withdrawalsRoot: fromHex(payload.withdrawalsRoot ?? payload.blockHash),
  }
}
