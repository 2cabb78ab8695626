import * as z from 'zod'
import { hashHeader } from '#protocol/block/header.ts'
import type { L1BlockRef } from '#protocol/block/refs.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import { hashJson, quantityJson, toQuantity } from '#json-rpc/forms/fields.ts'
import { headerJson } from '#json-rpc/forms/header-json.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import type { JsonRpcAnswer, JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { JsonRpcCall, JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import type { L1Refs } from './ports.ts'

const blockHashJson = z.looseObject({ hash: hashJson })

/** L1 over JSON-RPC, as far as the engine has to see it. A header is believed if it has the hash that it is told by. */
export class L1Headers implements L1Refs {
  readonly #rpc: Pick<JsonRpcClient, 'batch'>
  readonly #signal: AbortSignal

  constructor(rpc: Pick<JsonRpcClient, 'batch'>, signal: AbortSignal) {
    this.#rpc = rpc
    this.#signal = signal
  }

  /** @throws Fault `l1-untrue`, `l1-refused`, `l1-unreachable`; all temporary */
  async blocksDown({
    number,
    count,
  }: {
    readonly number: bigint
    readonly count: number
  }): Promise<readonly L1BlockRef[]> {
    const length = Math.min(count, Number(number) + 1)
    const numbers = Array.from({ length }, (_, at) => number - BigInt(at))
    const results = await this.#ask(
      numbers.map((at) => {
        return { method: 'eth_getBlockByNumber', params: [toQuantity(at), false] }
      }),
    )
    return results.flatMap((result, at) =>
      result === null ? [] : [refOf(result, numbers[at] ?? 0n)],
    )
  }

  /** @throws Fault as `blocksDown` does */
  async chainId(): Promise<bigint> {
    const [result] = await this.#ask([{ method: 'eth_chainId', params: [] }])
    return believed('chain id', () => parseJson(quantityJson, result))
  }

  async #ask(calls: readonly JsonRpcCall[]): Promise<readonly unknown[]> {
    const answers = await this.#answersTo(calls)
    return answers.map((answer) => {
      if ('error' in answer) throw refused(answer.error)
      return answer.result
    })
  }

  async #answersTo(calls: readonly JsonRpcCall[]): Promise<readonly JsonRpcAnswer[]> {
    try {
      return await this.#rpc.batch(calls, { signal: this.#signal })
    } catch (cause) {
      if (!isFault(cause)) throw cause
      const detail = `L1 does not answer: ${cause.message}`
      throw new Fault('l1-unreachable', { detail, cause })
    }
  }
}

function refOf(json: unknown, number: bigint): L1BlockRef {
  return believed(`header ${number}`, () => {
    const { hash } = parseJson(blockHashJson, json)
    const header = parseJson(headerJson, json)
    if (hashHeader(header) !== hash) throw new DecodeError(`its fields do not have hash ${hash}`)
    if (header.number !== number) throw new DecodeError(`it is block ${header.number}`)
    return { hash, number, parentHash: header.parentHash, timestamp: header.timestamp }
  })
}

function believed<Value>(what: string, read: () => Value): Value {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause
    const detail = `L1 ${what} is not true: ${cause.message}`
    throw new Fault('l1-untrue', { detail, cause })
  }
}

function refused(cause: JsonRpcError): Fault {
  const detail = `L1 refused a call: ${cause.message} (${cause.code})`
  return new Fault('l1-refused', { detail, cause })
}
