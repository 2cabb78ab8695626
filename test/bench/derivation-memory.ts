/**
 * Derives a chain of a given length from generated L1 data, and prints the memory used:
 * `node --expose-gc derivation-memory.ts BLOCKS`.
 */
import { randomBytes } from 'node:crypto'
import { privateKeyToAccount } from 'viem/accounts'
import type { L2BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { fromHex, toAddress, toChannelId, toHash, toHex } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import type { DerivedAttributes } from '#protocol/pipeline/pipeline.ts'
import type { Hash } from '#protocol/primitives.ts'
import { type L1BlockWithBlobs, toL1Block } from '#l1/to-l1-block.ts'
import { deriveChain } from '#records/derive/derive-chain.ts'
import type { Judge } from '#records/derive/judge.ts'
import type { L1Source } from '#records/derive/l1-source.ts'
import { address, forksUpTo, testRollup } from '#test/fakes/test-rollup.ts'
import { encodeChannel, splitChannel } from '#devnet/batcher/encode/channel.ts'
import { encodeFrames } from '#devnet/batcher/encode/frames.ts'
import { encodeSingularBatch } from '#devnet/batcher/encode/singular-batch.ts'

const account = privateKeyToAccount(`0x${'0b'.repeat(32)}`)
const wanted = Number(process.argv[2] ?? 1_500)

const blockTime = 2n
const l1BlockTime = 12n
const transactionsPerBlock = 8
const transactionBytes = 150

const config: RollupConfig = {
  ...testRollup,
  hardforkTimes: forksUpTo('karst'),
  sequencingWindow: 3_600n,
  genesis: {
    ...testRollup.genesis,
    l1: { number: 0n, hash: hashOf('l1', 0n) },
    l2: { number: 0n, hash: hashOf('l2', 0n) },
    systemConfig: {
      ...testRollup.genesis.systemConfig,
      batcherAddress: toAddress(fromHex(account.address)),
    },
  },
  l1BlobSchedule: [{ timestamp: 0n, baseFeeUpdateFraction: 3_338_477n }],
}

function hashOf(layer: string, number: bigint): Hash {
  return toHash(keccak256(new TextEncoder().encode(`${layer} ${number}`)))
}

/**
 * Makes a block from derived attributes, in place of an execution client. The block hash depends only on the block
 * number, so that a batch can name a parent that is not derived yet.
 */
const judge: Judge = {
  judge: ({ parent, attributes, l1Origin, sequenceNumber }: DerivedAttributes) => {
    const number = parent.number + 1n
    const ref: L2BlockRef = {
      number,
      hash: hashOf('l2', number),
      parentHash: parent.hash,
      timestamp: attributes.timestamp,
      l1Origin: { number: l1Origin.number, hash: l1Origin.hash },
      sequenceNumber,
    }
    return { kind: 'block', ref, matches: true, differences: [] }
  },
  safeBlock: () => undefined,
}

/** L1 blocks, each with the batches of the epoch before it. */
const l1: L1Source = {
  isLoaded: false,
  open: async (from) => {
    let number = from
    const next = async () => {
      if (number * 6n > wanted + 12) return undefined
      const where = `L1 block ${number}`
      return { l1: toL1Block(await makeL1(number++), config), where, workMs: 0 }
    }
    return { next }
  },
}

async function makeL1(number: bigint): Promise<L1BlockWithBlobs> {
  const hash = hashOf('l1', number)
  const raw = number === 0n ? [] : [await postOf(number - 1n)]
  return {
    block: {
      hash,
      header: headerOf(number),
      transactions: raw.map((bytes) => ({ hash: toHash(keccak256(bytes)), raw: bytes })),
    },
    receipts: [],
    blobs: new Map(),
  }
}

async function postOf(epoch: bigint): Promise<Uint8Array> {
  const perEpoch = l1BlockTime / blockTime
  const first = epoch * perEpoch
  const batches = Array.from({ length: Number(perEpoch) }, (_, at) => first + BigInt(at))
    .filter((number) => number > 0n)
    .map((number) =>
      encodeSingularBatch({
        parentHash: hashOf('l2', number - 1n),
        epochNumber: epoch,
        epochHash: hashOf('l1', epoch),
        timestamp: number * blockTime,
        transactions: Array.from({ length: transactionsPerBlock }, () => {
          const transaction = new Uint8Array(randomBytes(transactionBytes))
          transaction[0] = 2
          return transaction
        }),
      }),
    )
  const id = toChannelId(keccak256(new TextEncoder().encode(`${epoch}`)).subarray(0, 16))
  const frames = splitChannel(id, encodeChannel(batches, 'zlib'), 100_000)
  const signed = await account.signTransaction({
    type: 'eip1559',
    chainId: Number(config.l1ChainId),
    nonce: Number(epoch),
    gas: 1_000_000n,
    maxFeePerGas: 1n,
    maxPriorityFeePerGas: 1n,
    to: config.batchInboxAddress,
    data: toHex(encodeFrames(frames)),
  })
  return fromHex(signed)
}

function headerOf(number: bigint): L1BlockWithBlobs['block']['header'] {
  const zero = toHash(new Uint8Array(32))
  return {
    parentHash: number === 0n ? zero : hashOf('l1', number - 1n),
    ommersHash: zero,
    beneficiary: address(0),
    stateRoot: zero,
    transactionsRoot: zero,
    receiptsRoot: zero,
    logsBloom: new Uint8Array(256),
    difficulty: 0n,
    number,
    gasLimit: 30_000_000n,
    gasUsed: 0n,
    timestamp: number * l1BlockTime,
    extraData: new Uint8Array(0),
    prevRandao: zero,
    nonce: '0x0000000000000000' as L1BlockWithBlobs['block']['header']['nonce'],
    baseFeePerGas: 1_000n,
    withdrawalsRoot: zero,
    blobGasUsed: 0n,
    excessBlobGas: 0n,
    parentBeaconBlockRoot: zero,
    requestsHash: zero,
  }
}

const genesis = { ...config.genesis.l2, parentHash: hashOf('nothing', 0n), timestamp: 0n }
const ref = { ...genesis, l1Origin: config.genesis.l1, sequenceNumber: 0n }
const { systemConfig } = config.genesis
const { blocks, mismatch } = await deriveChain({
  config,
  start: { head: { ref, systemConfig }, base: ref, baseConfig: systemConfig },
  l1,
  judge,
  onBlock: () => undefined,
})
if (mismatch !== undefined || blocks < wanted) throw new Error(`${blocks} blocks, want ${wanted}`)
const maxRssMb = process.resourceUsage().maxRSS / 1_024
// After a garbage collection, only memory in use is counted.
globalThis.gc?.()
const heldMb = process.memoryUsage().heapUsed / 1_048_576
process.stdout.write(`${JSON.stringify({ blocks, maxRssMb, heldMb })}\n`)
