import fc, { type Arbitrary } from 'fast-check'
import type { InboxTransaction, L1Block, L1Log } from '#protocol/block/l1-block.ts'
import { type HardforkName, hardforkNames, type HardforkTimes } from '#protocol/chains/hardforks.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { type Frame } from '#protocol/channel/frame.ts'
import { fromHex, toBytes32, toHash } from '#protocol/codec/hex.ts'
import { encodeBlob } from '#devnet/batcher/encode/blob.ts'
import { encodeChannel } from '#devnet/batcher/encode/channel.ts'
import { encodeFrames } from '#devnet/batcher/encode/frames.ts'
import { l1Block } from './batch-notation.ts'
import { channelOf } from './frame-notation.ts'
import { batchBytes, batcherOf, notedRollup } from './pipeline-notation.ts'

const bytes = (maxLength: number) => fc.uint8Array({ maxLength })

/** The given bytes, possibly truncated, and with up to three bytes changed. */
export const damaged = (good: Uint8Array): Arbitrary<Uint8Array> => {
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 })
  return fc.tuple(changes, fc.option(fc.nat(good.length))).map(([changed, length]) => {
    const copy = good.slice(0, length ?? good.length)
    for (const [at, byte] of changed) if (copy.length > 0) copy[at % copy.length] = byte
    return copy
  })
}

const words = [
  '13',
  '13+02c0',
  '14',
  '15',
  '13-15',
  '12-14',
  '13-20',
  '14-18',
  '16-24',
  '18',
  '19-25',
]
const plain = notedRollup({})
const goodBatch = fc.constantFrom(...words.map((word) => batchBytes(word, plain)))
const batch = fc.oneof(
  { weight: 4, arbitrary: goodBatch },
  { weight: 2, arbitrary: goodBatch.chain(damaged) },
  fc.tuple(fc.nat(2), bytes(80)).map(([type, rest]) => Uint8Array.of(type, ...rest)),
)
const channelData = fc
  .tuple(fc.array(batch, { maxLength: 4 }), fc.constantFrom('zlib', 'brotli'))
  .map(([batches, compression]) => encodeChannel(batches, compression))
const pieces = fc.oneof(
  { weight: 4, arbitrary: channelData },
  { weight: 1, arbitrary: channelData.chain(damaged) },
  bytes(40),
)

const frame: Arbitrary<Frame> = fc.record({
  channelId: fc.constantFrom('a', 'b').map(channelOf),
  number: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.nat(2), fc.constant(65_535)),
  data: pieces,
  isLast: fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, fc.boolean()),
})
const item = fc.oneof(
  { weight: 6, arbitrary: fc.array(frame, { minLength: 1, maxLength: 3 }).map(encodeFrames) },
  { weight: 1, arbitrary: frame.chain((one) => damaged(encodeFrames([one]))) },
  bytes(60),
)
const blob = fc.oneof(
  { weight: 4, arbitrary: item.map((data) => encodeBlob(data)) },
  bytes(8).map((start) => {
    const data = new Uint8Array(131_072)
    data.set(start)
    return data
  }),
)

const someHash = toHash(new Uint8Array(32))
const inboxTransaction: Arbitrary<InboxTransaction> = fc.record({
  hash: fc.constant(someHash),
  type: fc.constantFrom(0, 1, 2, 0x7e),
  sender: fc.constantFrom('A', 'A', 'A', 'B').map(batcherOf),
  data: item,
  blobs: fc.constant([]),
})
const blobTransaction = fc
  .tuple(
    inboxTransaction,
    fc.array(fc.option(blob, { nil: undefined, freq: 20 }), { maxLength: 2 }),
  )
  .map(([transaction, datas]): InboxTransaction => {
    const blobs = datas.map((data) => ({ versionedHash: someHash, data }))
    return { ...transaction, type: 3, blobs }
  })

const updateEvent = '0x1d2b0bda21d56b8bd12d4f94ebacffdfb35f5e226f84b461103bb8beab6353be'
const depositEvent = '0xb3813568d9991fc951961fcb4c784893574240a28925604d09fc577c55bb7c32'
const smallWord = fc.nat(70).map((value) => {
  const word = new Uint8Array(32)
  word[31] = value
  return word
})
const word = fc.oneof(smallWord, fc.uint8Array({ minLength: 32, maxLength: 32 }))
const joinedWords = fc
  .array(word, { maxLength: 7 })
  .map((all) => Uint8Array.from(all.flatMap((one) => [...one])))
const logOf = (address: L1Log['address'], event: string): Arbitrary<L1Log> =>
  fc.record({
    address: fc.constant(address),
    topics: fc
      .array(word.map(toBytes32), { maxLength: 4 })
      .map((topics) => [toBytes32(fromHex(event)), ...topics]),
    data: fc.oneof(joinedWords, bytes(100)),
    index: fc.nat(1_000),
  })

/** A log with arbitrary content, of one of the two contracts that derivation reads. */
export const arbitraryLog = (
  config: Pick<RollupConfig, 'l1SystemConfigAddress' | 'depositContractAddress'>,
): Arbitrary<L1Log> =>
  fc.oneof(
    { weight: 4, arbitrary: logOf(config.l1SystemConfigAddress, updateEvent) },
    { weight: 1, arbitrary: logOf(config.depositContractAddress, depositEvent) },
  )
const times: Arbitrary<HardforkTimes> = fc
  .tuple(fc.constantFrom(...hardforkNames), fc.constantFrom(0n, 30n, 36n, 48n))
  .map(([last, time]) => {
    const before = hardforkNames.slice(0, hardforkNames.indexOf(last))
    const fromGenesis = before.map((name): [HardforkName, bigint] => [name, 0n])
    return { ...Object.fromEntries(fromGenesis), [last]: time }
  })

/** L1 blocks with arbitrary content, and the engine's verdicts on derived attributes. */
export interface ArbitraryL1 {
  readonly config: RollupConfig
  readonly blocks: readonly L1Block[]
  /** The engine's verdicts on attributes, in order. After the last verdict, the list starts again. */
  readonly verdicts: readonly ('builds' | 'refuses')[]
}

/** A rollup of any fork on L1 blocks with arbitrary content, including valid batches. */
export const arbitraryL1: Arbitrary<ArbitraryL1> = times.chain((hardforkTimes) => {
  const config = notedRollup(hardforkTimes, { sequencingWindow: 3n, channelTimeout: 2n })
  const content = fc.record({
    logs: fc.array(arbitraryLog(config), { maxLength: 1 }),
    inboxTransactions: fc.array(fc.oneof(inboxTransaction, blobTransaction), { maxLength: 3 }),
    baseFee: fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
    excessBlobGas: fc.option(fc.bigInt({ min: 0n, max: 2n ** 28n }), { nil: undefined }),
  })
  const blocks = fc.array(content, { minLength: 1, maxLength: 8 }).map((all) =>
    all.map((one, at): L1Block => {
      const ref = l1Block(at + 3)
      return { ...ref, prevRandao: ref.hash, parentBeaconBlockRoot: undefined, ...one }
    }),
  )
  const verdicts = fc.array(fc.constantFrom('builds', 'builds', 'builds', 'refuses'), {
    minLength: 1,
  })
  return fc.record({ config: fc.constant(config), blocks, verdicts })
})
