import type { SingularBatch } from '#protocol/batch/batch.ts'
import type { InboxTransaction, L1Block } from '#protocol/block/l1-block.ts'
import type { Payload } from '#protocol/block/payload.ts'
import { isActive } from '#protocol/chains/chain-spec.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { depositType } from '#protocol/transaction/transaction-types.ts'
import { cutChannel, newChannelId, packChannel } from '#test/differential/write-channel.ts'
import { encodeFrames } from '#devnet/batcher/encode/frames.ts'
import { encodeSingularBatch } from '#devnet/batcher/encode/singular-batch.ts'
import { encodeSpanBatch, toSpanBatch } from '#devnet/batcher/encode/span-batch.ts'
import type { Random } from '#runtime/random.ts'
import { hashOf } from '#test/verifier/hash-of.ts'
import { refOfPayload } from '#test/verifier/stand-in-chain.ts'
import type { StandInClient } from '#test/verifier/stand-in-client.ts'

/** Number of L1 blocks after which posted blocks that are not safe are posted again. */
const patience = 4

/** Maximum number of blocks in one channel. */
const maxBlocks = 40

/** Posts the unsafe blocks of the leader's node to L1, and posts them again if they do not become safe. */
export class LiveBatcher {
  readonly #config: RollupConfig
  readonly #random: Random
  /** The client of the node that makes the blocks. */
  readonly #client: () => StandInClient
  #posted: Payload | undefined
  #safe = 0n
  /** Number of L1 blocks since the safe head changed. */
  #waited = 0

  constructor(config: RollupConfig, random: Random, client: () => StandInClient) {
    this.#config = config
    this.#random = random
    this.#client = client
  }

  /** The transactions of the next L1 block. */
  readonly post = ({ hash }: Pick<L1Block, 'hash'>): readonly InboxTransaction[] => {
    const client = this.#client()
    const random = this.#random
    const safe = client.labelled('safe')?.number ?? 0n
    this.#waited = safe === this.#safe ? this.#waited + 1 : 0
    this.#safe = safe
    const posted = this.#posted
    const isOnChain =
      posted !== undefined && client.canonical(posted.number)?.blockHash === posted.blockHash
    const mustRestart = !isOnChain || posted.number < safe || this.#waited > patience
    if (mustRestart) this.#waited = 0
    const from = (mustRestart ? safe : posted.number) + 1n
    if (random.chance(0.2)) return []
    const blocks: Payload[] = []
    for (let number = from; blocks.length < maxBlocks; number++) {
      const block = client.canonical(number)
      if (block === undefined) break
      blocks.push(block)
    }
    if (blocks.length === 0) return []
    this.#posted = blocks.at(-1)
    const data = packChannel(this.#entries(blocks), { random, isBrotli: false })
    const frames = cutChannel(newChannelId(random), data, random.pick([1, 1, 2]))
    const sender = this.#config.genesis.systemConfig.batcherAddress
    const bytes = encodeFrames(frames)
    return [{ hash: hashOf(`tx ${hash}`), type: 2, sender, data: bytes, blobs: [] }]
  }

  #entries(blocks: readonly Payload[]): readonly Uint8Array[] {
    const batches = blocks.map((block) => this.#batchOf(block))
    // Before Holocene, an L1 reorg may remove the last epoch of a span batch after the safe head has passed that epoch.
    // This batch then stays undecided and blocks all later batches without end, as in op-node (derive/batches.go). So
    // before Holocene there are only singular batches.
    const last = blocks.at(-1)
    const isHolocene = last !== undefined && isActive(this.#config, 'holocene', last.timestamp)
    if (this.#random.chance(0.5) || !isHolocene) return batches.map(encodeSingularBatch)
    const { genesis, l2ChainId: chainId } = this.#config
    const { l2Timestamp: genesisTimestamp } = genesis
    const options = { genesisTimestamp, chainId, beginsEpoch: false }
    return [encodeSpanBatch(toSpanBatch(batches), options)]
  }

  #batchOf(payload: Payload): SingularBatch {
    const { hash, number } = refOfPayload(this.#config, payload).l1Origin
    const { parentHash, timestamp, transactions } = payload
    return {
      parentHash,
      epochNumber: number,
      epochHash: hash,
      timestamp,
      transactions: transactions.filter((raw) => raw[0] !== depositType),
    }
  }
}
