import type { atoll } from '#proto/atoll.js'
import type { InboxBlob, InboxTransaction, L1Block, L1Log } from '#protocol/block/l1-block.ts'
import {
  addressFromWire,
  bytes32FromWire,
  bytesFromWire,
  hashFromWire,
  hexToWire,
  optional,
  sizedFromWire,
  uint256FromWire,
  uint256ToWire,
  uint64FromWire,
  uint64ToWire,
} from './fields.ts'
import { l1RefFromWire, l1RefToWire } from './refs.ts'
import { blobBytes } from '#protocol/channel/blob.ts'

/** Wire form of an L1 block. */
export function l1BlockToWire(block: L1Block): atoll.v1.L1Block.$Properties {
  return {
    ref: l1RefToWire(block),
    prevRandao: hexToWire(block.prevRandao),
    baseFee: uint256ToWire(block.baseFee),
    excessBlobGas: optional(block.excessBlobGas, uint64ToWire) ?? null,
    parentBeaconBlockRoot: optional(block.parentBeaconBlockRoot, hexToWire) ?? null,
    logs: block.logs.map(({ address, topics, data, index }) => ({
      address: hexToWire(address),
      topics: topics.map(hexToWire),
      data,
      index,
    })),
    inboxTransactions: block.inboxTransactions.map(({ hash, type, sender, data, blobs }) => ({
      hash: hexToWire(hash),
      type,
      sender: hexToWire(sender),
      data,
      blobs: blobs.map((blob) => ({
        versionedHash: hexToWire(blob.versionedHash),
        data: blob.data ?? null,
      })),
    })),
  }
}

/** Reads an L1 block. @throws DecodeError if the block reference is missing, or a field has the wrong length */
export function l1BlockFromWire(message: atoll.v1.L1Block.$Properties, path: string): L1Block {
  return {
    ...l1RefFromWire(message.ref, `${path}.ref`),
    prevRandao: hashFromWire(message.prevRandao, `${path}.prev_randao`),
    baseFee: uint256FromWire(message.baseFee, `${path}.base_fee`),
    excessBlobGas: optional(message.excessBlobGas, uint64FromWire),
    parentBeaconBlockRoot: optional(message.parentBeaconBlockRoot, (root) =>
      hashFromWire(root, `${path}.parent_beacon_block_root`),
    ),
    logs: (message.logs ?? []).map((log, at) => logFromWire(log, `${path}.logs[${at}]`)),
    inboxTransactions: (message.inboxTransactions ?? []).map((transaction, at) =>
      inboxTransactionFromWire(transaction, `${path}.inbox_transactions[${at}]`),
    ),
  }
}

function logFromWire(message: atoll.v1.L1Log.$Properties, path: string): L1Log {
  return {
    address: addressFromWire(message.address, `${path}.address`),
    topics: (message.topics ?? []).map((topic) => bytes32FromWire(topic, `${path}.topics`)),
    data: bytesFromWire(message.data),
    index: message.index ?? 0,
  }
}

function inboxTransactionFromWire(
  message: atoll.v1.InboxTransaction.$Properties,
  path: string,
): InboxTransaction {
  return {
    hash: hashFromWire(message.hash, `${path}.hash`),
    type: message.type ?? 0,
    sender: addressFromWire(message.sender, `${path}.sender`),
    data: bytesFromWire(message.data),
    blobs: (message.blobs ?? []).map((blob, at) => blobFromWire(blob, `${path}.blobs[${at}]`)),
  }
}

function blobFromWire(message: atoll.v1.InboxBlob.$Properties, path: string): InboxBlob {
  return {
    versionedHash: hashFromWire(message.versionedHash, `${path}.versioned_hash`),
    data: optional(message.data, (data) => sizedFromWire(data, blobBytes, `${path}.data`)),
  }
}
