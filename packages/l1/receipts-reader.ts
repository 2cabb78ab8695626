import { isFinalAnswer } from '#json-rpc/rpc-status.ts'
import * as z from 'zod'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { toQuantity } from '#json-rpc/forms/fields.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { CallOptions, JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import type { ErrorMeaning } from '#json-rpc/provider-errors.ts'
import { Fault } from '#runtime/fault.ts'
import { type UnverifiedL1Block, type L1Receipt, parseL1Receipts } from './unverified-l1-block.ts'
import { receiptsFromRaw } from './raw-receipts.ts'
import { flawOfL1Receipts } from './verify-l1-block.ts'

/** The receipts of a block, and their JSON. */
export interface VerifiedReceipts {
  readonly receipts: readonly L1Receipt[]
  readonly json: unknown
}

/** A method that returns all receipts of a block. */
interface ReceiptsMethod {
  readonly method: string
  readonly params: (block: UnverifiedL1Block) => readonly unknown[]
  /** Converts the result to the form of the first method; undefined: the result has this form. */
  readonly unwrap?: (result: unknown, block: UnverifiedL1Block) => unknown
}

const wrappedJson = z.looseObject({ receipts: z.array(z.unknown()).nullable() })

/**
 * Methods that return all receipts of a block. Most nodes have the first method. The other methods are those of
 * Alchemy, of geth's debug API, of Parity and Nethermind, and of Erigon.
 */
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

/** The method that all nodes have. The method returns the receipt of one transaction, and is called in batches. */
const oneByOne = 'eth_getTransactionReceipt'

/** Time until a missing method is tried again, since the plan of a provider or the version of a node may change. */
const missingRetryMs = 600_000

/** Time until a method with wrong receipts is tried again: the node may implement it differently from other nodes. */
const wrongRetryMs = 30_000

/**
 * A method counts as missing after two unclear refusals that are at least this time apart, without an answer in
 * between. A single refusal may come from one of several nodes behind a load balancer.
 */
const unclearMs = 5_000

/** How a method has answered. */
interface Standing {
  /** Time of the first refusal since the last answer; undefined: none. */
  refusedAtMs: number | undefined
  /** Until this time, another method is used. */
  avoidUntilMs: number
}

/** Fetches receipts from one node, by the first method that it supports. */
export class ReceiptsReader {
  readonly #rpc: JsonRpcClient
  readonly #isTrusted: boolean
  /** How each of `blockMethods` has answered and, in the last item, how `oneByOne` has answered. */
  readonly #standings: readonly Standing[] = [...blockMethods, oneByOne].map(() => {
    return { refusedAtMs: undefined, avoidUntilMs: 0 }
  })

  constructor(rpc: JsonRpcClient, { isTrusted }: { readonly isTrusted: boolean }) {
    this.#rpc = rpc
    this.#isTrusted = isTrusted
  }

  /**
   * The receipts of a block.
   *
   * @throws DecodeError if the receipts fail verification; the next call then tries another method
   * @throws Fault `l1-behind` if the node does not have the block; otherwise the faults of `JsonRpcClient`
   */
  async fetch(block: UnverifiedL1Block, options?: CallOptions): Promise<VerifiedReceipts> {
    // A block without transactions has no receipts to request. If the node omitted the transactions, the verification
    // against the header detects this.
    if (block.transactions.length === 0) return this.#read([], block)
    const refused: (readonly [standing: Standing, isClear: boolean])[] = []
    for (const [way, standing] of this.#ways()) {
      const method = blockMethods[way]
      const answered = await (method === undefined
        ? this.#fetchOneByOne(block, options)
        : this.#tryMethod(method, block, options))
      if (answered === 'missing' || answered === 'perhaps-missing') {
        refused.push([standing, answered === 'missing'])
        continue
      }
      standing.refusedAtMs = undefined
      // The refused methods count as missing only now, since the node has answered another method. A node that refuses
      // all methods has a temporary fault.
      for (const [other, isClear] of refused)
        this.#noteRefusal(other, isClear ? 'clear' : 'unclear')
      try {
        return this.#read(answered, block)
      } catch (error) {
        if (error instanceof DecodeError) this.#avoid(standing, wrongRetryMs)
        throw error
      }
    }
    const detail = 'no method for receipts answers now'
    throw new Fault('rpc-refused', { detail })
  }

  /**
   * The methods to try, in order: all methods that are not avoided. If all methods are avoided, the method that is
   * avoided for the shortest time.
   */
  #ways(): readonly (readonly [way: number, standing: Standing])[] {
    const nowMs = this.#rpc.clock.monotonicMs()
    const all = [...this.#standings.entries()]
    const usable = all.filter(([, { avoidUntilMs }]) => avoidUntilMs <= nowMs)
    if (usable.length > 0) return usable
    return all.toSorted(([, one], [, other]) => one.avoidUntilMs - other.avoidUntilMs).slice(0, 1)
  }

  #noteRefusal(standing: Standing, kind: 'clear' | 'unclear'): void {
    const nowMs = this.#rpc.clock.monotonicMs()
    standing.refusedAtMs ??= nowMs
    if (kind === 'clear' || nowMs - standing.refusedAtMs >= unclearMs)
      this.#avoid(standing, missingRetryMs)
  }

  #avoid(standing: Standing, forMs: number): void {
    standing.refusedAtMs = undefined
    standing.avoidUntilMs = this.#rpc.clock.monotonicMs() + forMs
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
      const meaning = meaningOfRefusal(error)
      if (meaning === 'missing-method') return 'missing'
      if (meaning === 'perhaps-missing-method') return 'perhaps-missing'
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
      if ('error' in answer) throw answer.error
      if (answer.result === null) throw behind(block)
      return answer.result
    })
  }
}

function meaningOfRefusal(error: unknown): ErrorMeaning | undefined {
  if (error instanceof JsonRpcError) return error.meaning
  // Some providers refuse a missing method with an HTTP status instead of a JSON-RPC error.
  return isFinalAnswer(error) ? 'perhaps-missing-method' : undefined
}

/** The fault of a node that has a block, but not its receipts. A load balancer may query two nodes for them. */
function behind({ hash, header }: UnverifiedL1Block): Fault {
  const detail = `it has L1 block ${header.number} (${hash}), but not its receipts`
  return new Fault('l1-behind', { detail })
}
