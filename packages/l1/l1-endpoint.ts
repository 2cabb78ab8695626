import * as z from 'zod'
import { type Header, hashHeader } from '#protocol/block/header.ts'
import type { L1BlockRef } from '#protocol/block/refs.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import { Fault } from '#runtime/fault.ts'
import { hashJson, hexJson, quantityJson, toQuantity } from '#json-rpc/forms/fields.ts'
import { headerHashProblem, headerJson, unknownHeaderFields } from '#json-rpc/forms/header-json.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { CallOptions, JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { type UnverifiedL1Block, type L1Receipt, parseL1Block } from './unverified-l1-block.ts'
import { ReceiptsReader } from './receipts-reader.ts'
import { flawOfL1Block } from './verify-l1-block.ts'

/** Number, hash or label of a block. */
export type L1BlockKey = bigint | Hash | 'latest' | 'safe' | 'finalized'

/** One L1 node, and how it is queried. */
export interface L1EndpointOptions {
  readonly rpc: JsonRpcClient
  /** Name of the server of `rpc`, for messages. */
  readonly name: string
  /** Whether the answers of the node are used without verification. Only for the operator's own nodes. */
  readonly isTrusted?: boolean
  /** Expected chain id. The node's chain id is queried before anything else. Undefined: the chain id is not queried. */
  readonly chainId?: bigint | undefined
}

/** An L1 block with its receipts, and their JSON. */
export interface VerifiedL1Block {
  readonly block: UnverifiedL1Block
  readonly receipts: readonly L1Receipt[]
  readonly json: { readonly block: unknown; readonly receipts: unknown }
}

/** A header whose hash was verified. */
export interface VerifiedL1Header {
  readonly ref: L1BlockRef
  readonly header: Header
}

const labelled = z.looseObject({ hash: hashJson })

/** The chain id is checked again if a head is more than this number of blocks above the last head. */
const farHead = 100n

/** One L1 node. Its answers are verified against hashes. */
export class L1Endpoint {
  readonly name: string
  readonly #rpc: JsonRpcClient
  readonly #isTrusted: boolean
  /** Undefined: the chain id is not queried. */
  readonly #chainId: bigint | undefined
  /** The expected chain id, until the node has reported it. */
  #chainIdToSee: bigint | undefined
  /** Number of the last head that the node reported. */
  #lastHead: bigint | undefined
  #wrongChainId: bigint | undefined
  readonly #receipts: ReceiptsReader

  constructor({ rpc, name, isTrusted = false, chainId }: L1EndpointOptions) {
    this.name = name
    this.#rpc = rpc
    this.#isTrusted = isTrusted
    this.#chainId = chainId
    this.#chainIdToSee = chainId
    this.#receipts = new ReceiptsReader(rpc, { isTrusted })
  }

  /** Whether the node reported the expected chain id, or no chain id is expected. */
  get isOfChain(): boolean {
    return this.#chainIdToSee === undefined
  }

  /** The chain id that the node reported, if it is not the expected chain id. */
  get wrongChainId(): bigint | undefined {
    return this.#wrongChainId
  }

  /**
   * Checks the chain id of the node. Every method that queries the node makes this check first, until the check has
   * succeeded.
   *
   * @throws Fault as `fetchHeader` does
   */
  async checkChain(options?: CallOptions): Promise<void> {
    await this.#checked({ key: 'latest', options }, async () => undefined)
  }

  /**
   * The header of a block.
   *
   * @returns undefined if the node does not have the block
   * @throws Fault `l1-invalid` if the answer fails verification; `rpc-refused` if the node refuses the call; otherwise
   * the faults of `JsonRpcClient`
   */
  async fetchHeader(key: L1BlockKey, options?: CallOptions): Promise<VerifiedL1Header | undefined> {
    const read = async () =>
      this.readHeader(key, await this.#rpc.call(methodOf(key), [paramOf(key), false], options))
    return this.#checked({ key, options }, read)
  }

  /** Headers by number in one request; undefined for a block that the node does not have. */
  async fetchHeaders(
    numbers: readonly bigint[],
    options?: CallOptions,
  ): Promise<readonly (VerifiedL1Header | undefined)[]> {
    const calls = numbers.map((number) => ({
      method: methodOf(number),
      params: [paramOf(number), false],
    }))
    const answers = await this.#checked({ key: numbers[0] ?? 0n, options }, () =>
      this.#rpc.batch(calls, options),
    )
    return Promise.all(
      answers.map((answer, at) => {
        const number = numbers[at] ?? 0n
        return this.#checked({ key: number, options }, async () => {
          if ('error' in answer) throw answer.error
          return this.readHeader(number, answer.result)
        })
      }),
    )
  }

  /** Headers by label in one request; undefined for a label that the node does not have. */
  async fetchLabels(
    labels: readonly ('latest' | 'safe' | 'finalized')[],
    options?: CallOptions,
  ): Promise<readonly (VerifiedL1Header | undefined)[]> {
    const calls = labels.map((label) => ({ method: methodOf(label), params: [label, false] }))
    return this.#checked({ key: 'latest', options }, async () => {
      const answers = await this.#rpc.batch(calls, options)
      const headers = answers.map((answer, at) => {
        const label = labels[at] ?? 'latest'
        if (!('error' in answer)) return this.readHeader(label, answer.result)
        // Nodes answer with an error if the chain is too young for a label.
        if (label === 'latest') throw answer.error
        return undefined
      })
      await this.#checkChainAt(headers[labels.indexOf('latest')]?.ref.number, options)
      return headers
    })
  }

  /**
   * Parses a header as JSON-RPC returns it, and verifies it.
   *
   * @returns undefined for null
   * @throws DecodeError if the header is malformed or wrong, or does not belong to the requested block
   */
  readHeader(key: L1BlockKey, json: unknown): VerifiedL1Header | undefined {
    if (json === null) return undefined
    const { hash } = parseJson(labelled, json, 'block')
    const header = parseJson(headerJson, json, 'block')
    const found = this.#isTrusted ? hash : hashHeader(header)
    if (found !== hash)
      throw new DecodeError(
        headerHashProblem({
          computed: found,
          reported: hash,
          unknownFields: unknownHeaderFields(json),
        }),
      )
    refuseOther(key, { hash, number: header.number })
    const { number, parentHash, timestamp } = header
    return { ref: { hash, number, parentHash, timestamp }, header }
  }

  /**
   * A block with its transactions and receipts.
   *
   * @returns undefined if the node does not have the block
   * @throws Fault as `fetchHeader` does
   */
  async fetchBlock(
    key: bigint | Hash,
    options?: CallOptions,
  ): Promise<VerifiedL1Block | undefined> {
    return this.#checked({ key, options }, async () => {
      const json = await this.#rpc.call(methodOf(key), [paramOf(key), true], options)
      if (json === null) return undefined
      const block = parseL1Block(json, { isTrusted: this.#isTrusted })
      refuseOther(key, { hash: block.hash, number: block.header.number })
      const flaw = this.#isTrusted ? undefined : flawOfL1Block(block)
      if (flaw !== undefined) throw new DecodeError(flaw)
      const receipts = await this.#receipts.fetch(block, options)
      return {
        block,
        receipts: receipts.receipts,
        json: { block: json, receipts: receipts.json },
      }
    })
  }

  /** A word of a contract's storage after a block. The word is not verified, because that would need a state proof. */
  async fetchStorage(
    { address, slot }: { readonly address: Address; readonly slot: string },
    at: L1BlockRef,
    options?: CallOptions,
  ): Promise<Uint8Array> {
    const params = [address, slot, toQuantity(at.number)]
    return this.#checked({ key: at.number, options }, async () => {
      const json = await this.#rpc.call('eth_getStorageAt', params, options)
      const bytes = parseJson(hexJson, json, 'eth_getStorageAt')
      if (bytes.length > 32) throw new DecodeError(`eth_getStorageAt: ${bytes.length} bytes`)
      // Some nodes omit leading zeros.
      const word = new Uint8Array(32)
      word.set(bytes, 32 - bytes.length)
      return word
    })
  }

  /** Closes all connections. */
  async close(): Promise<void> {
    await this.#rpc.close()
  }

  async #checked<Value>(
    { key, options }: { readonly key: L1BlockKey; readonly options: CallOptions | undefined },
    read: () => Promise<Value>,
  ): Promise<Value> {
    const fields = { endpoint: this.name }
    try {
      await this.#checkChain(options)
      return await read()
    } catch (cause) {
      if (cause instanceof DecodeError) {
        const detail = `${this.name}: L1 block ${key} is wrong: ${cause.message}`
        throw new Fault('l1-invalid', { detail, cause, fields })
      }
      if (!(cause instanceof JsonRpcError)) throw cause
      if (cause.meaning === 'missing-block') {
        const detail = `${this.name}: it does not have L1 block ${key}: ${cause.message}`
        throw new Fault('l1-behind', { detail, cause, fields })
      }
      const detail = `${this.name}: it refused a call: ${cause.message} (code ${cause.code})`
      throw new Fault('rpc-refused', { detail, cause, fields })
    }
  }

  /**
   * Checks the chain id again if the head is below the last head or far above it, since the server may have been
   * replaced by a server of another chain. If the new head is only slightly above the last head, the engine detects the
   * other chain: after the reorg, it checks the L1 block of the rollup's genesis.
   */
  async #checkChainAt(head: bigint | undefined, options: CallOptions | undefined): Promise<void> {
    if (head === undefined) return
    const last = this.#lastHead ?? head
    if (head < last || head > last + farHead) this.#chainIdToSee = this.#chainId
    await this.#checkChain(options)
    this.#lastHead = head
  }

  async #checkChain(options: CallOptions | undefined): Promise<void> {
    const wanted = this.#chainIdToSee
    if (wanted === undefined) return
    const json = await this.#rpc.call('eth_chainId', [], options)
    const chainId = parseJson(quantityJson, json, 'eth_chainId')
    this.#wrongChainId = chainId === wanted ? undefined : chainId
    if (chainId !== wanted) {
      const detail = `${this.name}: it has chain id ${chainId}, the rollup config has l1_chain_id ${wanted}`
      const fields = { endpoint: this.name }
      throw new Fault('l1-wrong-chain', { detail, fields })
    }
    this.#chainIdToSee = undefined
  }
}

function methodOf(key: L1BlockKey): string {
  return isHash(key) ? 'eth_getBlockByHash' : 'eth_getBlockByNumber'
}

function paramOf(key: L1BlockKey): string {
  return typeof key === 'bigint' ? toQuantity(key) : key
}

function isHash(key: L1BlockKey): key is Hash {
  return typeof key === 'string' && key.startsWith('0x')
}

function refuseOther(
  key: L1BlockKey,
  { hash, number }: { readonly hash: Hash; readonly number: bigint },
): void {
  if (typeof key === 'bigint' && number !== key)
    throw new DecodeError(`the answer is block ${number}`)
  if (isHash(key) && hash !== key) throw new DecodeError(`the answer is block ${hash}`)
}
