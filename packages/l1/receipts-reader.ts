import { isFinalAnswer } from '#json-rpc/rpc-status.ts'
import * as z from 'zod'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { toQuantity } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import { errorCodes, JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { CallOptions, JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { Fault } from '#runtime/fault.ts'
import { type UnverifiedL1Block, type L1Receipt, parseL1Receipts } from './unverified-l1-block.ts'
import { receiptsFromRaw } from './raw-receipts.ts'
import { flawOfL1Receipts } from './verify-l1-block.ts'

/** The receipts of a block, and the JSON they were read from. */
export interface VerifiedReceipts {
  readonly receipts: readonly L1Receipt[]
  readonly json: unknown
}

/** A way to ask for all receipts of a block. */
interface ReceiptsMethod {
  readonly method: string
  readonly params: (block: UnverifiedL1Block) => readonly unknown[]
  /** The receipts in its answer, as the first method has them; the answer itself if it is left out. */
  readonly unwrap?: (result: unknown, block: UnverifiedL1Block) => unknown
}

const wrappedJson = z.looseObject({ receipts: z.array(z.unknown()).nullable() })

/** Most nodes know the first. The rest: Alchemy, geth's debug API, Nethermind and the Parity before it, Erigon. */
const blockMethods: readonly ReceiptsMethod[] = [
  { method: 'eth_getBlockReceipts', params: ({ hash }) => [hash] },
  {
    method: 'alchemy_getTransactionReceipts',
    params: ({ hash }) => [{ blockHash: hash }],
    unwrap: (result) => parseJson(wrappedJson, result, 'receipts').receipts,
  },
  { method: 'debug_getRawReceipts', params: ({ hash }) => [hash], unwrap: receiptsFromRaw },
  { method: 'parity_getBlockReceipts', params: ({ header }) => [toQuantity(header.number)] },
  { method: 'erigon_getBlockReceiptsByBlockHash', params: ({ hash }) => [hash] },
]

/** What all nodes know: each transaction by itself, in batches. */
const oneByOne = 'eth_getTransactionReceipt'

/** What a node that does not know a method, or does not let one use it, may answer with. */
const unknownCodes: readonly number[] = [
  errorCodes.methodNotFound,
  errorCodes.invalidRequest,
  errorCodes.invalidParams,
]
const unknownWords =
  /not (?:found|exist|supported|available|allowed|enabled|whitelisted)|unsupported|unknown method|does not exist|disabled|upgrade|plan/iu

/** Asks one node for receipts, in the way that it knows: found out by trying, and kept. */
export class ReceiptsReader {
  readonly #rpc: JsonRpcClient
  readonly #isTrusted: boolean
  #way = 0

  constructor(rpc: JsonRpcClient, { isTrusted }: { readonly isTrusted: boolean }) {
    this.#rpc = rpc
    this.#isTrusted = isTrusted
  }

  /**
   * The receipts of a block.
   *
   * @throws DecodeError if they are not true; then another way is tried the next time
   * @throws Fault `l1-behind` if the node does not have the block; else as the client does
   */
  async fetch(block: UnverifiedL1Block, options?: CallOptions): Promise<VerifiedReceipts> {
    // What an empty block has is known; the header says whether it is that.
    if (block.transactions.length === 0) return this.#read([], block)
    for (;;) {
      const way = this.#way
      const method = blockMethods[way]
      const told = await (method === undefined
        ? this.#fetchOneByOne(block, options)
        : this.#tryMethod(method, block, options))
      if (told === 'unknown') {
        // Another request may have found out meanwhile.
        if (this.#way === way) this.#way = way + 1
        continue
      }
      try {
        return this.#read(told, block)
      } catch (error) {
        // A method that some node implements in another way than the others looks like a lie.
        if (error instanceof DecodeError && this.#way === way)
          this.#way = (way + 1) % (blockMethods.length + 1)
        throw error
      }
    }
  }

  #read(json: unknown, block: UnverifiedL1Block): VerifiedReceipts {
    const receipts = parseL1Receipts(json, block)
    const flaw = this.#isTrusted ? undefined : flawOfL1Receipts(block, receipts)
    if (flaw !== undefined) throw new DecodeError(flaw)
    return { receipts, json }
  }

  async #tryMethod(
    { method, params, unwrap }: ReceiptsMethod,
    block: UnverifiedL1Block,
    options: CallOptions | undefined,
  ): Promise<unknown> {
    try {
      const result = await this.#rpc.call(method, params(block), options)
      const receipts = unwrap === undefined || result === null ? result : unwrap(result, block)
      if (receipts !== null) return receipts
    } catch (error) {
      if (isUnknownMethod(error)) return 'unknown'
      throw error
    }
    throw behind(block)
  }

  async #fetchOneByOne(
    block: UnverifiedL1Block,
    options: CallOptions | undefined,
  ): Promise<readonly unknown[]> {
    const calls = block.transactions.map(({ hash }) => ({ method: oneByOne, params: [hash] }))
    const answers = await this.#rpc.batch(calls, options)
    return answers.map((answer) => {
      // If it does not even know this, what it said of the other methods may have passed, too.
      if ('error' in answer) this.#way = 0
      if ('error' in answer) throw answer.error
      if (answer.result === null) throw behind(block)
      return answer.result
    })
  }
}

function isUnknownMethod(error: unknown): boolean {
  if (error instanceof JsonRpcError)
    return unknownCodes.includes(error.code) || unknownWords.test(error.message)
  // Some providers say it with the status of HTTP.
  return isFinalAnswer(error)
}

/** Behind a load balancer, the node that knows the block and the one that is asked next may be two. */
function behind({ hash, header }: UnverifiedL1Block): Fault {
  const detail = `it told L1 block ${header.number} (${hash}), and has no receipts of it`
  return new Fault('l1-behind', { detail })
}
