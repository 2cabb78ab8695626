import { DasContextJs } from '@crate-crypto/node-eth-kzg'
import type { LocalAccount } from 'viem'
import * as z from 'zod'
import { toHex } from '#protocol/codec/hex.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import { hashJson, quantityJson } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import type { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { versionedHashOf } from '#l1/blob-commitments.ts'
import type { SentTransaction } from './batcher.ts'
import type { BatcherData } from './make-channel.ts'

/** Options of `L1Inbox`. */
export interface L1InboxOptions {
  readonly client: JsonRpcClient
  readonly chainId: number
  /** The account of the batcher. */
  readonly account: LocalAccount
  /** Address of the batch inbox. */
  readonly inbox: Address
}

const gwei = 1_000_000_000n

/** Gas of a transaction without data, and of one byte of calldata. Source: EIP-7623 */
const baseGas = 21_000n
const byteGas = 40n

/** Prices of a transaction in wei. */
interface Prices {
  readonly maxPriorityFeePerGas: bigint
  readonly maxFeePerGas: bigint
  readonly maxFeePerBlobGas: bigint
}

/** Made for the first blob, and only once in a process, since its setup takes seconds. */
let kzg: DasContextJs | undefined

/** Sends transactions to the batch inbox on L1. */
export class L1Inbox {
  readonly #options: L1InboxOptions

  constructor(options: L1InboxOptions) {
    this.#options = options
  }

  /**
   * Signs and sends a transaction.
   *
   * @param earlier the transaction to replace; it must not be in a block
   * @throws Fault if L1 does not answer
   * @throws JsonRpcError if L1 refuses the transaction
   */
  async send(data: BatcherData, earlier?: SentTransaction): Promise<SentTransaction> {
    const { account, chainId, client, inbox: to } = this.#options
    const attempt = earlier === undefined ? 0 : earlier.attempt + 1
    const nonce = await this.#nonceOf(earlier)
    const common = { chainId, nonce, to, ...(await this.#prices(attempt)) }
    const raw =
      data.kind === 'calldata'
        ? await account.signTransaction({
            ...withoutBlobPrice(common),
            type: 'eip1559',
            data: toHex(data.calldata),
            gas: baseGas + byteGas * BigInt(data.calldata.length),
          })
        : await account.signTransaction({
            ...common,
            type: 'eip4844',
            gas: baseGas,
            ...(await this.#sidecars(data.blobs)),
          })
    const hash = parseJson(hashJson, await client.call('eth_sendRawTransaction', [raw]), 'hash')
    return { hash, nonce, attempt }
  }

  /** The number of the canonical block that has a transaction; undefined if none has it. */
  async included(transaction: Hash): Promise<bigint | undefined> {
    const json = await this.#options.client.call('eth_getTransactionReceipt', [transaction])
    return parseJson(receiptJson, json, 'receipt')?.blockNumber
  }

  /** The nonce of the transaction that is replaced, or the next one. */
  async #nonceOf(earlier: SentTransaction | undefined): Promise<number> {
    const [mined, pending] = [await this.#count('latest'), await this.#count('pending')]
    const next = Math.max(mined, pending)
    // After a reorg, the earlier nonce may be above the next one, and L1 would not include it. If another transaction took
    // the nonce, the earlier one is lost.
    const isOpen = earlier !== undefined && earlier.nonce >= mined && earlier.nonce <= next
    return isOpen ? earlier.nonce : next
  }

  async #count(block: 'pending' | 'latest'): Promise<number> {
    const { account, client } = this.#options
    const json = await client.call('eth_getTransactionCount', [account.address, block])
    return Number(parseJson(quantityJson, json, 'nonce'))
  }

  /** Twice the current prices, and twice as much again for each attempt: nodes replace a blob transaction only for this. */
  async #prices(attempt: number): Promise<Prices> {
    const factor = 2n ** BigInt(attempt)
    const { client } = this.#options
    const block = parseJson(
      headJson,
      await client.call('eth_getBlockByNumber', ['latest', false]),
      'block',
    )
    const blobPrice = parseJson(quantityJson, await client.call('eth_blobBaseFee', []), 'fee')
    const maxPriorityFeePerGas = gwei * factor
    return {
      maxPriorityFeePerGas,
      maxFeePerGas: 2n * block.baseFeePerGas * factor + maxPriorityFeePerGas,
      maxFeePerBlobGas: 2n * blobPrice * factor + gwei,
    }
  }

  async #sidecars(blobs: readonly Uint8Array[]) {
    kzg ??= DasContextJs.create({ usePrecomp: false })
    const sidecars = []
    const blobVersionedHashes = []
    for (const blob of blobs) {
      const commitment = await kzg.asyncBlobToKzgCommitment(blob)
      const proof = await kzg.asyncComputeBlobKzgProof(blob, commitment)
      sidecars.push({ blob: toHex(blob), commitment: toHex(commitment), proof: toHex(proof) })
      blobVersionedHashes.push(versionedHashOf(commitment))
    }
    return { sidecars, blobVersionedHashes }
  }
}

const receiptJson = z.looseObject({ blockNumber: quantityJson }).nullable()
const headJson = z.looseObject({ baseFeePerGas: quantityJson })

function withoutBlobPrice({
  maxFeePerBlobGas: _,
  ...prices
}: Prices & Readonly<Record<'chainId' | 'nonce', number>> & { readonly to: Address }) {
  return prices
}
