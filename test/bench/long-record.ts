import { randomBytes } from 'node:crypto'
import { privateKeyToAccount } from 'viem/accounts'
import { type Header, hashHeader } from '#protocol/block/header.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { RollupConfig } from '#protocol/chains/rollup-config.ts'
import { fromHex, toAddress, toChannelId, toHash, toHex } from '#protocol/codec/hex.ts'
import { AttributesBuilder } from '#protocol/derivation/attributes.ts'
import { l2BlockRefOf } from '#protocol/derivation/l2-block.ts'
import type { L2Head } from '#protocol/pipeline/pipeline.ts'
import { orderedTrieRoot } from '#protocol/trie/ordered-root.ts'
import { toData, toQuantity } from '#json-rpc/forms/fields.ts'
import { toL1Block } from '#l1/to-l1-block.ts'
import { readRollupConfig } from '#records/folder/record-config.ts'
import { readL1 } from '#records/folder/read-l1.ts'
import { readL2 } from '#records/folder/read-l2.ts'
import { requireFile } from '#records/folder/read-lines.ts'
import { readJsonFile } from '#runtime/json-file.ts'
import { RecordWriter } from '#records/folder/record-writer.ts'
import { headerToJson } from '#execution-client/rpc/block-json.ts'
import { readTransaction, transactionToJson } from '#execution-client/rpc/transaction-json.ts'
import { encodeReceipt, type Receipt } from '#execution-client/transition/receipt.ts'
import { extraDataOf } from '#test/differential/stand-in-engine.ts'
import { encodeChannel, splitChannel } from '#devnet/batcher/encode/channel.ts'
import { encodeFrames } from '#devnet/batcher/encode/frames.ts'
import { encodeSingularBatch } from '#devnet/batcher/encode/singular-batch.ts'

const blockTime = 2n
const l1BlockTime = 12n
/** Number of L2 blocks of an epoch. The L1 block after the epoch has the batches of these blocks. */
export const blocksPerEpoch = Number(l1BlockTime / blockTime)
const transactionsPerBlock = 8
const transactionBytes = 150

/** A batcher whose private key is known. The keys of the recorded batchers are not known. */
const batcher = privateKeyToAccount(`0x${'0b'.repeat(32)}`)

/**
 * Writes a record with a given number of L2 blocks, on the genesis of another record. Every L1 block has the batches of
 * the epoch before it, as calldata. The hashes of the L2 blocks match their fields, but the blocks were not executed.
 */
export async function writeLongRecord(base: string, out: string, blocks: number): Promise<void> {
  const writer = await RecordWriter.create(out)
  const chain = await LongChain.on(base, writer)
  while (chain.blocks < blocks) await chain.addEpoch()
  await writer.finish()
}

/** The L1 and L2 blocks generated so far. */
class LongChain {
  readonly #config: RollupConfig
  readonly #writer: RecordWriter
  readonly #builder: AttributesBuilder
  readonly #l2Header: Header
  #l1Header: Header
  #epoch: L1Block
  #head: L2Head
  #batches: Uint8Array[] = []

  private constructor(
    config: RollupConfig,
    writer: RecordWriter,
    genesis: { l1Header: Header; l1: L1Block; l2Header: Header; head: L2Head },
  ) {
    this.#config = config
    this.#writer = writer
    this.#builder = new AttributesBuilder(config)
    this.#l1Header = genesis.l1Header
    this.#epoch = genesis.l1
    this.#l2Header = genesis.l2Header
    this.#head = genesis.head
  }

  static async on(base: string, writer: RecordWriter): Promise<LongChain> {
    const rollup = (await readJsonFile(requireFile(base, 'rollup.json'))) as {
      genesis: { system_config: object }
    }
    const { genesis } = rollup
    const systemConfigJson = { ...genesis.system_config, batcherAddr: batcher.address }
    await writer.addJson('rollup.json', {
      ...rollup,
      block_time: Number(blockTime),
      genesis: { ...genesis, system_config: systemConfigJson },
    })
    const l1ChainConfig = 'l1-chain-config.json'
    await writer.addJson(l1ChainConfig, await readJsonFile(requireFile(base, l1ChainConfig)))
    const recorded = await readRollupConfig(base)
    const systemConfig = {
      ...recorded.genesis.systemConfig,
      batcherAddress: toAddress(fromHex(batcher.address)),
    }
    const config = { ...recorded, blockTime, genesis: { ...recorded.genesis, systemConfig } }
    const l1 = await first(readL1(base))
    const l2 = await first(readL2(base, config))
    const { block, receipts } = l1
    writer.addLine('l1.ndjson', l1Line(block.hash, block.header, undefined))
    writer.addLine('l2.ndjson', l2Line(l2.block.blockHash, l2.header, l2.block.transactions))
    if (receipts.length > 0) throw new Error('the first L1 block of the base is not empty')
    const head = { ref: l2BlockRefOf(config, l2.block), systemConfig }
    return new LongChain(config, writer, {
      l1Header: block.header,
      l1: toL1Block(l1, config),
      l2Header: l2.header,
      head,
    })
  }

  /** L2 blocks above genesis. */
  get blocks(): number {
    return Number(this.#head.ref.number)
  }

  /** Adds the L2 blocks of the newest L1 block, then the L1 block with their batches. */
  async addEpoch(): Promise<void> {
    const isFirst = this.#head.ref.number === 0n
    for (let count = isFirst ? 1 : 0; count < blocksPerEpoch; count++) this.#addBlock()
    await this.#addL1Block()
    await this.#writer.drained()
  }

  #addBlock(): void {
    const { ref: parent, systemConfig } = this.#head
    const batch = {
      parentHash: parent.hash,
      epochNumber: this.#epoch.number,
      epochHash: this.#epoch.hash,
      timestamp: parent.timestamp + blockTime,
      transactions: Array.from({ length: transactionsPerBlock }, () =>
        Uint8Array.of(2, ...randomBytes(transactionBytes)),
      ),
    }
    const built = this.#builder.build({ parent, systemConfig, batch, epoch: this.#epoch })
    if (built.kind !== 'attributes') throw new Error(`block ${parent.number + 1n}: ${built.kind}`)
    const { attributes } = built
    const { gasLimit, prevRandao, timestamp, transactions } = attributes
    const header = {
      ...this.#l2Header,
      parentHash: parent.hash,
      number: parent.number + 1n,
      beneficiary: attributes.suggestedFeeRecipient,
      timestamp,
      gasLimit,
      prevRandao,
      extraData: extraDataOf(this.#config, attributes),
      parentBeaconBlockRoot: attributes.parentBeaconBlockRoot,
      transactionsRoot: toHash(orderedTrieRoot(transactions)),
    }
    const hash = hashHeader(header)
    this.#writer.addLine('l2.ndjson', l2Line(hash, header, transactions))
    const ref = l2BlockRefOf(this.#config, { ...header, blockHash: hash, transactions })
    this.#head = { ref, systemConfig: built.systemConfig }
    this.#batches.push(encodeSingularBatch(batch))
  }

  async #addL1Block(): Promise<void> {
    const parent = this.#epoch
    const raw = await this.#post()
    const header: Header = {
      ...this.#l1Header,
      parentHash: parent.hash,
      number: parent.number + 1n,
      timestamp: parent.timestamp + l1BlockTime,
      gasUsed: postReceipt.gasUsed,
      transactionsRoot: toHash(orderedTrieRoot([raw])),
      receiptsRoot: toHash(orderedTrieRoot([encodeReceipt(postReceipt)])),
    }
    const hash = hashHeader(header)
    this.#writer.addLine('l1.ndjson', l1Line(hash, header, raw))
    const { hash: transactionHash } = readTransaction(raw)
    const transactions = [{ hash: transactionHash, raw }]
    this.#l1Header = header
    this.#epoch = toL1Block(
      { block: { hash, header, transactions }, receipts: [], blobs: new Map() },
      this.#config,
    )
  }

  async #post(): Promise<Uint8Array> {
    const id = toChannelId(randomBytes(16))
    const frames = splitChannel(id, encodeChannel(this.#batches, 'zlib'), 100_000)
    this.#batches = []
    const signed = await batcher.signTransaction({
      type: 'eip1559',
      chainId: Number(this.#config.l1ChainId),
      nonce: Number(this.#epoch.number),
      gas: 1_000_000n,
      maxFeePerGas: 1n,
      maxPriorityFeePerGas: 1n,
      to: this.#config.batchInboxAddress,
      data: toHex(encodeFrames(frames)),
    })
    return fromHex(signed)
  }
}

const postReceipt: Receipt = {
  type: 2,
  isSuccess: true,
  gasUsed: 21_000n,
  cumulativeGasUsed: 21_000n,
  logs: [],
  bloom: new Uint8Array(256),
  depositNonce: undefined,
  depositVersion: undefined,
  fees: undefined,
  effectiveGasPrice: 1n,
}

function l2Line(hash: string, header: Header, transactions: readonly Uint8Array[]): string {
  const block = { ...headerToJson({ hash, header } as never), transactions: [] }
  return JSON.stringify({ ...block, raw: transactions.map(toData) })
}

/** A line for an L1 block with at most one transaction. */
function l1Line(hash: string, header: Header, raw: Uint8Array | undefined): string {
  const block = { hash, header } as Parameters<typeof headerToJson>[0]
  const json = headerToJson(block)
  if (raw === undefined)
    return JSON.stringify({ block: { ...json, transactions: [] }, receipts: [] })
  const transaction = readTransaction(raw)
  const mined = { block, position: 0, receipt: postReceipt }
  const receipt = {
    blockHash: hash,
    blockNumber: toQuantity(header.number),
    transactionHash: transaction.hash,
    transactionIndex: '0x0',
    type: '0x2',
    status: '0x1',
    gasUsed: toQuantity(postReceipt.gasUsed),
    cumulativeGasUsed: toQuantity(postReceipt.cumulativeGasUsed),
    logsBloom: toData(postReceipt.bloom),
    logs: [],
  }
  const transactions = [transactionToJson(transaction, mined)]
  return JSON.stringify({ block: { ...json, transactions }, receipts: [receipt] })
}

async function first<Value>(values: AsyncIterable<Value>): Promise<Value> {
  for await (const value of values) return value
  throw new Error('the record has no block')
}
