import assert from 'node:assert/strict'
import * as z from 'zod'
import { batchTypes } from '#protocol/batch/decode-batch.ts'
import { channelRules } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { decodeBlob } from '#protocol/channel/blob.ts'
import { ChannelAssembler } from '#protocol/channel/channel-assembler.ts'
import { ChannelReader } from '#protocol/channel/channel-reader.ts'
import { brotliVersion } from '#protocol/channel/decompress.ts'
import { decodeFrames } from '#protocol/channel/frame.ts'
import { fromHex } from '#protocol/codec/hex.ts'
import { quantityJson, toQuantity } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import type { ChannelForm } from '#devnet/batcher/make-channel.ts'
import type { LiveWorld } from '#devnet/live/start-live.ts'

/** A channel that is complete on L1. */
export interface PostedChannel extends ChannelForm {
  readonly frames: number
  readonly compressedBytes: number
}

const blockJson = z.looseObject({
  timestamp: quantityJson,
  transactions: z.array(
    z.looseObject({
      to: z.string().nullable(),
      type: quantityJson,
      input: z.string(),
    }),
  ),
})
const blobsJson = z.looseObject({ data: z.array(z.string()) })

/** A reader of the channels in the batch inbox of a devnet, which has one batcher. */
export class PostedChannels {
  readonly #world: LiveWorld
  readonly #assembler = new ChannelAssembler()
  /** Number of the next L1 block to read. */
  #next = 1n

  constructor(world: LiveWorld) {
    this.#world = world
  }

  /** Number of the newest L1 block. */
  async head(): Promise<bigint> {
    const { l1 } = this.#world
    return parseJson(quantityJson, await l1.call('eth_blockNumber', []), 'block number')
  }

  /** The channels that became complete since the last call, in the order of L1. */
  async read(): Promise<readonly PostedChannel[]> {
    const channels: PostedChannel[] = []
    for (const head = await this.head(); this.#next <= head; this.#next++)
      channels.push(...(await this.#readBlock(this.#next)))
    return channels
  }

  async #readBlock(number: bigint): Promise<readonly PostedChannel[]> {
    const { l1, rollup } = this.#world
    const json = await l1.call('eth_getBlockByNumber', [toQuantity(number), true])
    const { timestamp, transactions } = parseJson(blockJson, json, 'block')
    const posts = transactions.filter(({ to }) => to === rollup.config.batchInboxAddress)
    const rules = channelRules(rollup.config, timestamp)
    const channels: PostedChannel[] = []
    for (const [data, bytes] of await this.#dataOf(number, posts))
      for (const frame of decodeFrames(bytes)) {
        const output = this.#assembler.add(frame, number, rules)
        assert.notEqual(output.kind, 'dropped', `a frame in L1 block ${number}`)
        if (output.kind !== 'ready') continue
        const form = formOf(output.chunks, { config: rollup.config, timestamp })
        channels.push({ ...form, data, frames: output.chunks.length })
      }
    return channels
  }

  /** What the transactions carry. The blobs of a block come in the order of its transactions. */
  async #dataOf(
    number: bigint,
    posts: z.output<typeof blockJson>['transactions'],
  ): Promise<readonly (readonly [ChannelForm['data'], Uint8Array])[]> {
    const calldata = posts
      .filter(({ type }) => type !== 3n)
      .map(({ input }) => ['calldata', fromHex(input)] as const)
    if (calldata.length === posts.length) return calldata
    const response = await fetch(`${this.#world.l1Url}/eth/v1/beacon/blobs/${number}`)
    const { data } = parseJson(blobsJson, await response.json(), 'blobs')
    return [...calldata, ...data.map((blob) => ['blobs', decodeBlob(fromHex(blob))] as const)]
  }
}

function formOf(
  chunks: readonly Uint8Array[],
  { config, timestamp }: { readonly config: RollupConfig; readonly timestamp: bigint },
): Pick<PostedChannel, 'batches' | 'compression' | 'compressedBytes'> {
  const [first] = new ChannelReader(chunks, channelRules(config, timestamp)).next() ?? []
  return {
    batches: first === batchTypes.span ? 'span' : 'singular',
    compression: chunks[0]?.[0] === brotliVersion ? 'brotli' : 'zlib',
    compressedBytes: chunks.reduce((sum, { length }) => sum + length, 0),
  }
}
