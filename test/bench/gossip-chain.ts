import { randomBytes } from 'node:crypto'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { Payload } from '#protocol/block/payload.ts'
import { hashPayload } from '#protocol/block/payload-hash.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { AttributesBuilder } from '#protocol/derivation/attributes.ts'
import { payloadVersionAt } from '#protocol/p2p/payload-version.ts'
import { blocksTopicAt } from '#protocol/p2p/topics.ts'
import type { Hash } from '#protocol/primitives.ts'
import { toL1Block } from '#l1/to-l1-block.ts'
import { readRollupConfig } from '#records/folder/record-config.ts'
import { readL1 } from '#records/folder/read-l1.ts'
import { readL2 } from '#records/folder/read-l2.ts'
import { extraDataOf } from '#test/differential/stand-in-engine.ts'
import { blockData } from '#test/fakes/gossip-world.ts'

/** A block as peers send it. */
export interface GossipedBlock {
  readonly hash: Hash
  readonly topic: string
  /** The data of the message. */
  readonly data: Uint8Array
}

/** Size of a transaction: the average on public chains. */
const transactionBytes = 200

/** Bytes that SSZ adds for each transaction. */
const offsetBytes = 4

/**
 * Signed blocks on the genesis of a record, each the child of the block before it. Hashes and L1 attributes are as a
 * sequencer makes them. The transactions are random bytes, which snappy cannot compress and which were not executed.
 */
export class GossipChain {
  readonly config: RollupConfig
  readonly #builder: AttributesBuilder
  readonly #epoch: L1Block
  #head: Payload

  private constructor(config: RollupConfig, epoch: L1Block, genesis: Payload) {
    this.config = config
    this.#builder = new AttributesBuilder(config)
    this.#epoch = epoch
    this.#head = genesis
  }

  static async on(record: string): Promise<GossipChain> {
    const config = await readRollupConfig(record)
    const [l1] = await Array.fromAsync(readL1(record))
    const [l2] = await Array.fromAsync(readL2(record, config))
    if (l1 === undefined || l2 === undefined) throw new Error(`${record} has no genesis`)
    return new GossipChain(config, toL1Block(l1, config), l2.block)
  }

  /** Makes the next block, with the current time. @param bytes size of the block */
  next(bytes: number): GossipedBlock {
    const payload = this.nextPayload(bytes)
    const version = payloadVersionAt(this.config, payload.timestamp)
    const data = blockData(version, payload, { chainId: this.config.l2ChainId })
    return { hash: payload.blockHash, topic: blocksTopicAt(this.config, payload.timestamp), data }
  }

  /** The newest block. */
  get head(): Payload {
    return this.#head
  }

  /** Makes the next block, with the current time. @param bytes size of the block */
  nextPayload(bytes: number): Payload {
    const { blockHash: parentHash, number } = this.#head
    const timestamp = BigInt(Math.floor(Date.now() / 1_000))
    const count = Math.max(1, Math.floor(bytes / (transactionBytes + offsetBytes)))
    const transactions = Array.from({ length: count }, () =>
      Uint8Array.of(2, ...randomBytes(transactionBytes - 1)),
    )
    const attributes = this.#attributes(timestamp, transactions)
    const unhashed: Payload = {
      ...this.#head,
      parentHash,
      number: number + 1n,
      timestamp,
      transactions: attributes.transactions,
      feeRecipient: attributes.suggestedFeeRecipient,
      prevRandao: attributes.prevRandao,
      gasLimit: attributes.gasLimit,
      extraData: extraDataOf(this.config, attributes),
      parentBeaconBlockRoot: attributes.parentBeaconBlockRoot,
    }
    this.#head = { ...unhashed, blockHash: hashPayload(unhashed) }
    return this.#head
  }

  /** Builds attributes as if the parent were one block time old. In fact the blocks follow each other faster. */
  #attributes(timestamp: bigint, transactions: readonly Uint8Array[]) {
    const { blockHash, number, parentHash } = this.#head
    const { genesis, blockTime } = this.config
    const built = this.#builder.build({
      parent: {
        hash: blockHash,
        number,
        parentHash,
        timestamp: timestamp - blockTime,
        l1Origin: genesis.l1,
        sequenceNumber: number,
      },
      systemConfig: genesis.systemConfig,
      batch: {
        parentHash: blockHash,
        epochNumber: this.#epoch.number,
        epochHash: this.#epoch.hash,
        timestamp,
        transactions,
      },
      epoch: this.#epoch,
    })
    if (built.kind !== 'attributes') throw new Error(`block ${number + 1n}: ${built.reason}`)
    return built.attributes
  }
}
