import { flashblockToJson, type StreamFlashblock } from '#json-rpc/forms/flashblock-json.ts'
import { hashPayload } from '#protocol/block/payload-hash.ts'
import { fromHex, toBytes8, toHash } from '#protocol/codec/hex.ts'
import { toPayload } from '#protocol/flashblock/assembly.ts'
import type { Flashblock, FlashblockBase } from '#protocol/flashblock/flashblock.ts'
import { samplePayload } from './block-messages.ts'

/** A hash of one repeated byte. */
export const filledHash = (byte: number) => toHash(new Uint8Array(32).fill(byte))

export const samplePayloadId = toBytes8(fromHex('0x03a1b2c3d4e5f607'))

/** A deposit, without valid contents. */
export const sampleDeposit: Uint8Array = fromHex('0x7ec0')

/** A transaction of a user, without valid contents. */
export const userTransaction = (number: number) => Uint8Array.of(2, 0xc3, 1, 2, number)

/** What is fixed before the transactions of the sample block. */
export const sampleBase: FlashblockBase = {
  parentBeaconBlockRoot: filledHash(0x66),
  parentHash: samplePayload.parentHash,
  feeRecipient: samplePayload.feeRecipient,
  prevRandao: samplePayload.prevRandao,
  number: samplePayload.number,
  gasLimit: samplePayload.gasLimit,
  timestamp: samplePayload.timestamp,
  extraData: samplePayload.extraData,
  baseFeePerGas: samplePayload.baseFeePerGas,
}

/**
 * Flashblocks of one block with right block hashes: the first one has a deposit, each one some transactions of users.
 *
 * @param counts number of user transactions of each flashblock
 */
export function flashblocksOf(
  counts: readonly number[],
  base: FlashblockBase = sampleBase,
): readonly Flashblock[] {
  const all: Uint8Array[] = []
  return counts.map((count, index) => {
    const added = Array.from({ length: count }, (_, at) => userTransaction(all.length + at))
    const transactions = index === 0 ? [sampleDeposit, ...added] : added
    all.push(...transactions)
    const results = {
      stateRoot: filledHash(0x22),
      receiptsRoot: filledHash(0x33),
      logsBloom: new Uint8Array(256),
      gasUsed: 21_000n * BigInt(all.length),
      blockHash: filledHash(0),
      transactions,
      withdrawalsRoot: filledHash(0x55),
      blobGasUsed: 400n,
    }
    const blockHash = hashPayload(toPayload(base, results, all))
    const diff = { ...results, blockHash }
    return { payloadId: samplePayloadId, index, base: index === 0 ? base : undefined, diff }
  })
}

/** A flashblock as a stream has it, with the number of its block in the metadata. */
export function onStream(flashblock: Flashblock, number = sampleBase.number): StreamFlashblock {
  const metadata = { number, newAccountBalances: undefined, receipts: undefined }
  return { ...flashblock, metadata }
}

/** The text of a flashblock on a stream. */
export function streamText(flashblock: Flashblock, number = sampleBase.number): string {
  return JSON.stringify(flashblockToJson(onStream(flashblock, number)))
}
