import * as z from 'zod'
import { type Header, hashHeader } from '#protocol/block/header.ts'
import type { L1BlockRef } from '#protocol/block/refs.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { Address, Hash } from '#protocol/primitives.ts'
import { Fault } from '#runtime/fault.ts'
import { hashJson, hexJson, quantityJson, toQuantity } from '#json-rpc/forms/fields.ts'
import { headerJson } from '#json-rpc/forms/header-json.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { CallOptions, JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { type UnverifiedL1Block, type L1Receipt, parseL1Block } from './unverified-l1-block.ts'
import { ReceiptsReader } from './receipts-reader.ts'
import { flawOfL1Block } from './verify-l1-block.ts'

/** Which block: its number, its hash, or what L1 calls it. */
export type L1BlockKey = bigint | Hash | 'latest' | 'safe' | 'finalized'

/** How one L1 node is asked. */
export interface L1EndpointOptions {
  readonly rpc: JsonRpcClient
  /** The server that `rpc` asks, for a person to read. */
  readonly name: string
  /** Whether what it tells is believed without being checked; to be set where the node is one's own. */
  readonly isTrusted?: boolean
  /** The chain that it has to be of, which is asked before all else; left out: not asked. */
  readonly chainId?: bigint | undefined
}

/** An L1 block with its receipts, and the JSON they were read from. */
export interface VerifiedL1Block {
  readonly block: UnverifiedL1Block
  readonly receipts: readonly L1Receipt[]
  readonly json: { readonly block: unknown; readonly receipts: unknown }
}

/** A header and the hash that it has. */
export interface VerifiedL1Header {
  readonly ref: L1BlockRef
  readonly header: Header
}

const labelled = z.looseObject({ hash: hashJson })

/** One L1 node. What it tells is checked against hashes, and nothing is believed that was not. */
export class L1Endpoint {
  readonly name: string
  readonly #rpc: JsonRpcClient
  readonly #isTrusted: boolean
  /** Undefined once it said so. */
  #chainIdToSee: bigint | undefined
  #wrongChainId: bigint | undefined
  readonly #receipts: ReceiptsReader

  constructor({ rpc, name, isTrusted = false, chainId }: L1EndpointOptions) {
    this.name = name
    this.#rpc = rpc
    this.#isTrusted = isTrusted
    this.#chainIdToSee = chainId
    this.#receipts = new ReceiptsReader(rpc, { isTrusted })
  }

  /** Whether it said that it is of the chain that it has to be of. */
  get isOfChain(): boolean {
    return this.#chainIdToSee === undefined
  }

  /** The chain id that it reported, if that is not the expected one. */
  get wrongChainId(): bigint | undefined {
    return this.#wrongChainId
  }

  /**
   * Checks its chain id, once; every other call does so first.
   *
   * @throws Fault as `fetchHeader` does
   */
  async checkChain(options?: CallOptions): Promise<void> {
    await this.#checked({ key: 'latest', options }, async () => undefined)
  }

  /**
   * The header of a block.
   *
   * @returns undefined if there is no such block
   * @throws Fault `l1-invalid` if what was told is not true, `rpc-refused`; else as the client does
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

  /** Headers of labels in one request; undefined for a label that the node does not know. */
  async fetchLabels(
    labels: readonly ('latest' | 'safe' | 'finalized')[],
    options?: CallOptions,
  ): Promise<readonly (VerifiedL1Header | undefined)[]> {
    const calls = labels.map((label) => ({ method: methodOf(label), params: [label, false] }))
    return this.#checked({ key: 'latest', options }, async () => {
      const answers = await this.#rpc.batch(calls, options)
      return answers.map((answer, at) => {
        const label = labels[at] ?? 'latest'
        if (!('error' in answer)) return this.readHeader(label, answer.result)
        // A chain that is young has no other, and a node says so with an error.
        if (label === 'latest') throw answer.error
        return undefined
      })
    })
  }

  /**
   * Reads a header as a node tells it, and checks it.
   *
   * @returns undefined for none
   * @throws DecodeError if it is none, or not the one that was asked for
   */
  readHeader(key: L1BlockKey, json: unknown): VerifiedL1Header | undefined {
    if (json === null) return undefined
    const { hash } = parseJson(labelled, json, 'block')
    const header = parseJson(headerJson, json, 'block')
    const found = this.#isTrusted ? hash : hashHeader(header)
    if (found !== hash)
      throw new DecodeError(
        `the header has hash ${found}, not ${hash}: fields are wrong, or it has some that are not known`,
      )
    refuseOther(key, { hash, number: header.number })
    const { number, parentHash, timestamp } = header
    return { ref: { hash, number, parentHash, timestamp }, header }
  }

  /**
   * A block with its transactions and receipts.
   *
   * @returns undefined if there is no such block
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

  /** A word of a contract's storage after a block. It is not checked: no root says it. */
  async fetchStorage(
    { address, slot }: { readonly address: Address; readonly slot: string },
    at: L1BlockRef,
    options?: CallOptions,
  ): Promise<Uint8Array> {
    const params = [address, slot, toQuantity(at.number)]
    return this.#checked({ key: at.number, options }, async () => {
      const json = await this.#rpc.call('eth_getStorageAt', params, options)
      const told = parseJson(hexJson, json, 'eth_getStorageAt')
      if (told.length > 32) throw new DecodeError(`eth_getStorageAt: ${told.length} bytes`)
      // Some leave out the zeros.
      const word = new Uint8Array(32)
      word.set(told, 32 - told.length)
      return word
    })
  }

  /** Ends all connections. */
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
        const detail = `${this.name}: L1 block ${key} is not true: ${cause.message}`
        throw new Fault('l1-invalid', { detail, cause, fields })
      }
      if (!(cause instanceof JsonRpcError)) throw cause
      const detail = `${this.name}: it refused a call: ${cause.message} (code ${cause.code})`
      throw new Fault('rpc-refused', { detail, cause, fields })
    }
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
      throw new Fault('l1-invalid', { detail, fields })
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
  if (typeof key === 'bigint' && number !== key) throw new DecodeError(`it is block ${number}`)
  if (isHash(key) && hash !== key) throw new DecodeError(`it is block ${hash}`)
}
