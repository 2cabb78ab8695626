import type { InboxBlob, InboxTransaction, L1Block } from '#protocol/block/l1-block.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { scanInboxTransaction } from '#protocol/inbox/inbox-transaction.ts'
import type { Hash } from '#protocol/primitives.ts'
import { recoverSigner } from '#runtime/crypto/secp256k1.ts'
import type { UnverifiedL1Block, L1Receipt } from './unverified-l1-block.ts'

/** The parts of the rollup config that select L1 data. */
export type L1View = Pick<
  RollupConfig,
  'batchInboxAddress' | 'l1ChainId' | 'depositContractAddress' | 'l1SystemConfigAddress'
>

/** An L1 block with receipts and blobs. */
export interface L1BlockWithBlobs {
  readonly block: UnverifiedL1Block
  readonly receipts: readonly L1Receipt[]
  /** The blobs of the batchers' transactions to the inbox, by versioned hash. */
  readonly blobs: ReadonlyMap<Hash, Uint8Array>
}

/** Extracts the data that derivation reads: logs of two contracts, and transactions to the inbox with their senders. */
export function toL1Block({ block, receipts, blobs }: L1BlockWithBlobs, view: L1View): L1Block {
  const { hash, header } = block
  return {
    hash,
    number: header.number,
    parentHash: header.parentHash,
    timestamp: header.timestamp,
    prevRandao: header.prevRandao,
    baseFee: header.baseFeePerGas ?? 0n,
    excessBlobGas: header.excessBlobGas,
    parentBeaconBlockRoot: header.parentBeaconBlockRoot,
    logs: receipts.flatMap(({ isSuccess, logs }) =>
      isSuccess
        ? logs.filter(
            ({ address }) =>
              address === view.depositContractAddress || address === view.l1SystemConfigAddress,
          )
        : [],
    ),
    inboxTransactions: inboxTransactionsOf(block, blobs, view),
  }
}

function inboxTransactionsOf(
  { transactions }: UnverifiedL1Block,
  blobs: ReadonlyMap<Hash, Uint8Array>,
  { batchInboxAddress: inbox, l1ChainId }: L1View,
): readonly InboxTransaction[] {
  const found: InboxTransaction[] = []
  for (const { hash, raw } of transactions) {
    const scanned = scanInboxTransaction(raw, { inbox, l1ChainId, recoverSigner })
    if (scanned === undefined) continue
    const { type, sender, data, versionedHashes } = scanned
    const blobsOfIt = versionedHashes.map((versionedHash): InboxBlob => {
      return { versionedHash, data: blobs.get(versionedHash) }
    })
    found.push({ hash, type, sender, data, blobs: blobsOfIt })
  }
  return found
}
