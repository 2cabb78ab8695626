import type { InboxBlob, InboxTransaction, L1Block, L1Log } from '#protocol/block/l1-block.ts'
import type { HardforkTimes } from '#protocol/chains/hardforks.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { type Frame } from '#protocol/channel/frame.ts'
import { fromHex, toBytes32, toHash } from '#protocol/codec/hex.ts'
import type { Address } from '#protocol/primitives.ts'
import { encodeBlob } from '#devnet/batcher/encode/blob.ts'
import { encodeChannel, splitChannel } from '#devnet/batcher/encode/channel.ts'
import { encodeFrames } from '#devnet/batcher/encode/frames.ts'
import { encodeSingularBatch } from '#devnet/batcher/encode/singular-batch.ts'
import { encodeSpanBatch } from '#devnet/batcher/encode/span-batch.ts'
import { channelOf } from './frame-notation.ts'
import { l1Block, parseBatch } from './batch-notation.ts'
import { rollupConfig } from './rollup-config.ts'
import { address, testSystemConfig } from './test-rollup.ts'

/** Inputs for the blocks of a script. */
export interface L1Script {
  /** The batches of each channel, by its letter, in the notation of `runBatches`; `~` is data that is not a batch. */
  readonly channels: Readonly<Record<string, string>>
  readonly config: RollupConfig
}

/** The config of a rollup on the L1 blocks of a script. The batcher is `A`. */
export function notedRollup(
  hardforkTimes: HardforkTimes,
  changes: Partial<RollupConfig> = {},
): RollupConfig {
  const base = rollupConfig({ hardforkTimes })
  return {
    ...base,
    genesis: {
      ...base.genesis,
      systemConfig: { ...testSystemConfig, batcherAddress: batcherOf('A') },
    },
    sequencingWindow: 10n,
    depositContractAddress: address(0xd0),
    l1SystemConfigAddress: address(0xc0),
    ...changes,
  }
}

/** The address of the batcher that a script calls by a letter. */
export function batcherOf(letter: string): Address {
  return address(letter.charCodeAt(0))
}

/**
 * The L1 blocks of a script.
 *
 * `@3` begins L1 block 3, and `@3'` begins block 3 of another chain. Each further word is a transaction of the batcher,
 * or a log:
 *
 * - `a`: channel `a` as one frame; `a0/2`: the first of its two frames; `a0/2+b`: two frames in a transaction
 * - `{a0/2,a1/2}`: a transaction with two blobs; `{a}b`: with a blob and calldata
 * - `?`: a missing blob; `-`: a truncated blob; `~`: data that is not a frame; `B:a`: a transaction that `B` sent
 * - `>B`: a log that makes `B` the batcher; `>~`: an invalid log; `!`: a deposit that no portal emits
 */
export function readL1Script(script: string, options: L1Script): readonly L1Block[] {
  const blocks: L1Block[] = []
  for (const part of script.split('@').slice(1)) {
    const [head = '', ...words] = part.trim().split(' ')
    const [number, chain] = head.split("'")
    blocks.push(readBlock(l1Block(Number(number), chain === undefined ? 0 : 1), words, options))
  }
  return blocks
}

function readBlock(
  ref: ReturnType<typeof l1Block>,
  words: readonly string[],
  options: L1Script,
): L1Block {
  return {
    ...ref,
    prevRandao: ref.hash,
    baseFee: 7n,
    excessBlobGas: undefined,
    parentBeaconBlockRoot: undefined,
    logs: words.filter(isLog).map(logOf),
    inboxTransactions: words
      .filter((word) => !isLog(word))
      .map((word) => transactionOf(word, options)),
  }
}

function isLog(word: string): boolean {
  return word.startsWith('>') || word === '!'
}

const updateEvent = toBytes32(
  fromHex('0x1d2b0bda21d56b8bd12d4f94ebacffdfb35f5e226f84b461103bb8beab6353be'),
)
const depositEvent = toBytes32(
  fromHex('0xb3813568d9991fc951961fcb4c784893574240a28925604d09fc577c55bb7c32'),
)
const zero = toBytes32(new Uint8Array(32))

/** A log that changes the batcher, or an invalid log of one of the two contracts. */
function logOf(word: string, index: number): L1Log {
  if (word === '!')
    return { address: address(0xd0), topics: [depositEvent], data: new Uint8Array(0), index }
  const data = new Uint8Array(96)
  data.set([32], 31)
  data.set([32], 63)
  data.set(fromHex(batcherOf(word.charAt(1))), 76)
  const topics = word === '>~' ? [updateEvent] : [updateEvent, zero, zero]
  return { address: address(0xc0), topics, data, index }
}

const transactionForm = /^(?:([A-Z]):)?(?:\{(.*)\})?(.*)$/

function transactionOf(word: string, options: L1Script): InboxTransaction {
  const [, sender = 'A', blobs, calldata = ''] = transactionForm.exec(word) ?? []
  return {
    hash: toHash(new Uint8Array(32)),
    type: blobs === undefined ? 2 : 3,
    sender: batcherOf(sender),
    data: itemOf(calldata, options),
    blobs: blobs === undefined ? [] : blobs.split(',').map((item) => blobOf(item, options)),
  }
}

function blobOf(item: string, options: L1Script): InboxBlob {
  const versionedHash = toHash(new Uint8Array(32).fill(item.charCodeAt(0)))
  if (item === '?') return { versionedHash, data: undefined }
  if (item === '-') return { versionedHash, data: new Uint8Array(131_071) }
  return { versionedHash, data: encodeBlob(itemOf(item, options)) }
}

function itemOf(item: string, options: L1Script): Uint8Array {
  if (item === '') return new Uint8Array(0)
  if (item === '~') return Uint8Array.of(0xff)
  return encodeFrames(item.split('+').map((frame) => frameOf(frame, options)))
}

function frameOf(word: string, options: L1Script): Frame {
  const [, letter = '', number = '0', of = '1'] = /^(\w)(?:(\d+)\/(\d+))?$/.exec(word) ?? []
  const data = channelData(letter, options)
  const room = Math.ceil(data.length / Number(of))
  const frame = splitChannel(channelOf(letter), data, room + 23)[Number(number)]
  if (frame === undefined) throw new RangeError(`${word} is not a frame`)
  return frame
}

function channelData(letter: string, { channels, config }: L1Script): Uint8Array {
  const batches = channels[letter]?.split(' ')
  if (batches === undefined) throw new RangeError(`${letter} is not a channel`)
  return encodeChannel(
    batches.map((word) => batchBytes(word, config)),
    'zlib',
  )
}

/** The encoded batch of a word in the notation of `runBatches`; for `~`, bytes that are not a batch. */
export function batchBytes(word: string, { genesis, l2ChainId }: RollupConfig): Uint8Array {
  if (word === '~') return Uint8Array.of(0xbb)
  const batch = parseBatch(word)
  if (batch.kind === 'singular') return encodeSingularBatch(batch.batch)
  return encodeSpanBatch(batch.batch, {
    genesisTimestamp: genesis.l2Timestamp,
    chainId: l2ChainId,
    beginsEpoch: false,
  })
}
