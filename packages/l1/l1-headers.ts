import type { L1BlockRef } from '#protocol/block/refs.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import type { L1Endpoint } from './l1-endpoint.ts'
import type { L1Settings } from './l1-settings.ts'
import { openEndpoints, type OpenedEndpoints, type OpenEndpointsOptions } from './open-endpoints.ts'

/** Verified headers of L1 by number, from the best of several endpoints. */
export class L1Headers {
  readonly #endpoints: OpenedEndpoints
  readonly #chainId: bigint
  readonly #signal: AbortSignal

  private constructor(endpoints: OpenedEndpoints, chainId: bigint, signal: AbortSignal) {
    this.#endpoints = endpoints
    this.#chainId = chainId
    this.#signal = signal
  }

  /** Opens the endpoints in the settings. Calls end when the signal is aborted. */
  static open(
    settings: L1Settings,
    { signal, ...options }: OpenEndpointsOptions & { readonly signal: AbortSignal },
  ): L1Headers {
    return new L1Headers(openEndpoints(settings, options), options.chainId, signal)
  }

  /**
   * `count` blocks from `number` downwards. Blocks that L1 does not have are omitted.
   *
   * @throws Fault `l1-refused` if every endpoint refuses the call; otherwise `l1-unavailable`
   */
  async blocksDown({
    number,
    count,
  }: {
    readonly number: bigint
    readonly count: number
  }): Promise<readonly L1BlockRef[]> {
    const length = Math.min(count, Number(number) + 1)
    const numbers = Array.from({ length }, (_, at) => number - BigInt(at))
    const headers = await this.#ask((endpoint, signal) =>
      endpoint.fetchHeaders(numbers, { signal }),
    )
    return headers.flatMap((header) => (header === undefined ? [] : [header.ref]))
  }

  /**
   * The chain id of L1. If no endpoint has the expected chain id, the chain id of one of the endpoints is returned.
   *
   * @throws Fault as `blocksDown` does
   */
  async chainId(): Promise<bigint> {
    try {
      await this.#ask((endpoint, signal) => endpoint.checkChain({ signal }))
      return this.#chainId
    } catch (error) {
      const wrong = this.#endpoints.endpoints.map(({ endpoint }) => endpoint.wrongChainId)
      const [first] = wrong
      if (first !== undefined && !wrong.includes(undefined)) return first
      throw error
    }
  }

  /** Closes all connections. */
  async close(): Promise<void> {
    await this.#endpoints.close()
  }

  async #ask<Answer>(
    task: (endpoint: L1Endpoint, signal: AbortSignal) => Promise<Answer>,
  ): Promise<Answer> {
    const failures: unknown[] = []
    const observed = async (endpoint: L1Endpoint, signal: AbortSignal) => {
      try {
        return await task(endpoint, signal)
      } catch (error) {
        failures.push(error)
        throw error
      }
    }
    try {
      return await this.#endpoints.pool.ask(observed, { signal: this.#signal })
    } catch (cause) {
      const isRefused =
        failures.length > 0 && failures.every((each) => isFault(each, 'rpc-refused'))
      if (!isRefused || !isFault(cause, 'l1-unavailable')) throw cause
      throw new Fault('l1-refused', { detail: `L1 refused a call: ${cause.message}`, cause })
    }
  }
}
