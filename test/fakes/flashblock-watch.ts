import { fromHex, toBytes8, toHash } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import type { Flashblock, FlashblockDiff } from '#protocol/flashblock/flashblock.ts'
import type { Hash } from '#protocol/primitives.ts'
import { FlashblockWatch } from '#flashblock-stream/watch/flashblock-watch.ts'
import type { SealedBlock } from '#flashblock-stream/watch/judge-block.ts'
import { filledHash, flashblocksOf, sampleBase } from './flashblocks.ts'

export const first = sampleBase.number

export const idOf = (number: number) =>
  toBytes8(fromHex(`0x${number.toString(16).padStart(16, '0')}`))

/** Flashblocks of the block `at` blocks after the sample block; each block has a payload id of its own. */
export function blockAt(at: number, counts: readonly number[], payloadId = idOf(at)): Flashblock[] {
  const base = {
    ...sampleBase,
    number: first + BigInt(at),
    timestamp: sampleBase.timestamp + BigInt(at),
    parentHash: filledHash(0x80 + at - 1),
  }
  return flashblocksOf(counts, base).map((each) => ({ ...each, payloadId }))
}

/** The sealed block `at` blocks after the sample block, with all transactions of the given flashblocks. */
export function sealedAt(
  at: number,
  flashblocks: readonly Flashblock[],
  change: Partial<SealedBlock> = {},
) {
  const transactions = flashblocks.flatMap(({ diff }) => hashesOf(diff))
  const number = first + BigInt(at)
  const block = { number, hash: filledHash(0x80 + at), parentHash: filledHash(0x80 + at - 1) }
  return { kind: 'sealed', block: { ...block, transactions, ...change } } as const
}

export const hashesOf = ({ transactions }: FlashblockDiff): readonly Hash[] =>
  transactions.map((raw) => toHash(keccak256(raw)))

export const withDiff = (flashblock: Flashblock, diff: Partial<FlashblockDiff>): Flashblock => ({
  ...flashblock,
  diff: { ...flashblock.diff, ...diff },
})

/** A watch of streams that are connected, and that deliver a flashblock each 200 ms. */
export function watched({ streams = 1 } = {}) {
  const watch = new FlashblockWatch(streams)
  for (let stream = 0; stream < streams; stream++) watch.connected(stream)
  let nowMs = 0
  const none = { number: undefined, newAccountBalances: undefined, receipts: undefined }
  const take = (
    flashblocks: readonly Flashblock[],
    { stream = 0, number = undefined as bigint | undefined, stepMs = 200 } = {},
  ) => {
    for (const flashblock of flashblocks) {
      nowMs += stepMs
      const metadata = { ...none, number }
      watch.take(stream, {
        flashblock: { ...flashblock, metadata },
        arrivedMs: nowMs,
        arrivedUnixMs: nowMs,
      })
    }
  }
  const next = () => {
    const found = watch.toCheck(nowMs)
    return found === undefined ? undefined : Number(found.number - first)
  }
  const settle = (at: number, flashblocks: readonly Flashblock[], change?: Partial<SealedBlock>) =>
    watch.settle(first + BigInt(at), sealedAt(at, flashblocks, change), nowMs)
  const wait = (forMs: number) => {
    nowMs += forMs
  }
  return { watch, take, next, settle, wait }
}
