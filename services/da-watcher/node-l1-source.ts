import type { FetchL1BlockRequest } from '#messages/fetch-l1-block.ts'
import type { L1Heads } from '#messages/l1-heads.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { L1BlockRef } from '#protocol/block/refs.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { toAddress } from '#protocol/codec/hex.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import { Fault } from '#runtime/fault.ts'
import type { BeaconClient } from '#runtime/l1/beacon-client.ts'
import type { L1Endpoint } from '#runtime/l1/l1-endpoint.ts'
import { toL1Block } from '#runtime/l1/to-l1-block.ts'
import { batchersOf, blobsOf } from './answer.ts'
import type { L1Source } from './l1-source.ts'

/** Where the system config contract keeps who signs unsafe blocks: keccak256 of `systemconfig.unsafeblocksigner`. */
const unsafeBlockSignerSlot = '0x65a7ed542fb37fe237fdfbdd70b31598523fe5b32879e307bae27a0bd9581c08'

/** What L1 is asked with. */
export interface NodeL1Options {
  readonly config: RollupConfig
  readonly endpoint: L1Endpoint
  /** Left out: no blob can be had. */
  readonly beacon: BeaconClient | undefined
}

/** L1 as its nodes tell it. */
export class NodeL1Source implements L1Source {
  readonly #options: NodeL1Options

  constructor(options: NodeL1Options) {
    this.#options = options
  }

  async heads(): Promise<L1Heads> {
    const { endpoint } = this.#options
    const labels = ['latest', 'safe', 'finalized'] as const
    const [head, safe, finalized] = await endpoint.fetchLabels(labels)
    if (head !== undefined) return { head: head.ref, safe: safe?.ref, finalized: finalized?.ref }
    const detail = `${endpoint.name}: it has no head`
    throw new Fault('l1-behind', { severity: 'temporary', detail })
  }

  async fetchBlock(wanted: FetchL1BlockRequest): Promise<L1Block | undefined> {
    const { endpoint, config } = this.#options
    const key = wanted.block.kind === 'number' ? wanted.block.number : wanted.block.hash
    const told = await endpoint.fetchBlock(key)
    if (told === undefined) return undefined
    const block = toL1Block({ ...told, blobs: new Map() }, config)
    const hashes = blobsOf(block, batchersOf(wanted, block, config))
    return withBlobs(block, await this.#fetchBlobs(block, hashes))
  }

  async fetchUnsafeBlockSigner(at: L1BlockRef): Promise<Address> {
    const { endpoint, config } = this.#options
    const place = { address: config.l1SystemConfigAddress, slot: unsafeBlockSignerSlot }
    const word = await endpoint.fetchStorage(place, at)
    return toAddress(word.subarray(-20))
  }

  async #fetchBlobs(
    { number, timestamp }: L1Block,
    hashes: readonly Hash[],
  ): Promise<ReadonlyMap<Hash, Uint8Array>> {
    if (hashes.length === 0) return new Map()
    const { beacon } = this.#options
    if (beacon === undefined) {
      const detail = `the batcher posted blobs in L1 block ${number}, and no beacon API is set: give --l1-beacon-urls`
      throw new Fault('blobs-missing', { severity: 'temporary', detail })
    }
    const blobs = await beacon.fetchBlobs(timestamp, new Set(hashes))
    const lacking = hashes.find((hash) => !blobs.has(hash))
    if (lacking === undefined) return blobs
    const detail = `${beacon.name}: it has no blob ${lacking} of L1 block ${number}`
    throw new Fault('blobs-missing', { severity: 'temporary', detail })
  }
}

function withBlobs(block: L1Block, found: ReadonlyMap<Hash, Uint8Array>): L1Block {
  const inboxTransactions = block.inboxTransactions.map((transaction) => {
    const blobs = transaction.blobs.map(({ versionedHash }) => {
      return { versionedHash, data: found.get(versionedHash) }
    })
    return { ...transaction, blobs }
  })
  return { ...block, inboxTransactions }
}
