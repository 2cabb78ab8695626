import type { ApplyAttributesRequest, ApplyAttributesResponse } from '#messages/apply-attributes.ts'
import type { FetchL1BlockResponse } from '#messages/fetch-l1-block.ts'
import type { FetchL2BlockRequest, FetchL2BlockResponse } from '#messages/fetch-l2-block.ts'
import type { ResetRequest, ResetResponse } from '#messages/reset.ts'
import { applyAttributes, fetchL1Block, fetchL2Block, reset } from '#messages/subjects.ts'
import type { L1Block } from '#protocol/block/l1-block.ts'
import type { Address } from '#protocol/primitives.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import type { CallName } from '#services/derivation/metrics.ts'
import type { Context } from '#services/derivation/ports.ts'
import type { L1Request } from '#services/derivation/session/l1-window.ts'

const control = { deadlineMs: 2_000 }
const bulk = { deadlineMs: 4_000 }

/** Batcher address in requests for L1 blocks of which only the header is needed. */
export const noBatcher = `0x${'00'.repeat(20)}` as Address

/** Result of a call. */
type Attempt<Value> =
  | { readonly kind: 'answered'; readonly value: Value }
  | { readonly kind: 'failed'; readonly fault: Fault }

/** Calls to da-watcher and engine. */
export class Calls {
  readonly #context: Pick<Context, 'bus' | 'log' | 'metrics'>

  constructor(context: Pick<Context, 'bus' | 'log' | 'metrics'>) {
    this.#context = context
  }

  /** Waits for a call. A fault is counted, logged and returned. */
  async attempt<Value>(call: CallName, work: Promise<Value>): Promise<Attempt<Value>> {
    const { log, metrics } = this.#context
    try {
      return { kind: 'answered', value: await work }
    } catch (fault) {
      if (!isFault(fault)) throw fault
      metrics.failed(call, fault.code)
      log.debug({ error: fault, call }, 'a call failed')
      return { kind: 'failed', fault }
    }
  }

  /** The L1 block at a number, with the transactions and blobs of a batcher. */
  l1({ number, parentHash, batcher }: Omit<L1Request, 'id'>): Promise<FetchL1BlockResponse> {
    const block = { kind: 'number', number } as const
    const request = { block, parentHash, batcherAddress: batcher }
    return this.#context.bus.call(fetchL1Block, request, bulk)
  }

  /** The canonical L1 block at a number. @throws Fault `l1-missing` if L1 does not have the block */
  async canonicalL1(number: bigint, batcher: Address): Promise<L1Block> {
    const found = await this.l1({ number, parentHash: undefined, batcher })
    if (found.kind === 'block') return found.block
    throw new Fault('l1-missing', { detail: `L1 does not have block ${number}` })
  }

  l2(request: FetchL2BlockRequest): Promise<FetchL2BlockResponse> {
    return this.#context.bus.call(fetchL2Block, request, bulk)
  }

  apply(request: ApplyAttributesRequest): Promise<ApplyAttributesResponse> {
    return this.#context.bus.call(applyAttributes, request, control)
  }

  reset(request: ResetRequest): Promise<ResetResponse> {
    return this.#context.bus.call(reset, request, control)
  }
}
