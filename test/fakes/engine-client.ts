import assert from 'node:assert/strict'
import pino from 'pino'
import { hashHeader } from '#protocol/block/header.ts'
import { systemClock } from '#runtime/clock.ts'
import { Serial } from '#runtime/serial.ts'
import type { Chain } from '#execution-client/chain/chain.ts'
import { EngineApi, type PayloadStatus } from '#execution-client/engine-api/engine-api.ts'
import { type FillBlock, PayloadBuilds } from '#execution-client/engine-api/payload-builds.ts'
import { headerOfPayload } from '#execution-client/engine-api/payload-json.ts'
import { payloadJson } from '#json-rpc/forms/payload-json.ts'

/** The answer to a forkchoice call; `payloadId` is null if the call started no build. */
export interface Built {
  readonly payloadStatus: PayloadStatus
  readonly payloadId: string | null
}

/** A payload and the parameters sent with it. */
export interface Envelope {
  readonly executionPayload: Readonly<Record<string, unknown>> & {
    readonly blockHash: string
    readonly timestamp: string
  }
  readonly parentBeaconBlockRoot?: string
}

/** A hash that names no block. */
export const noBlock: string = `0x${'00'.repeat(32)}`

/** The Engine API of a chain, called in this process. */
export class EngineClient {
  readonly chain: Chain
  readonly builds: PayloadBuilds
  readonly #api: EngineApi

  constructor(chain: Chain, { fill = async () => 'filled' }: { readonly fill?: FillBlock } = {}) {
    this.chain = chain
    const serial = new Serial()
    this.builds = new PayloadBuilds({
      chain,
      serial,
      clock: systemClock,
      hasNews: () => true,
      fill,
      onError: (error) => assert.fail(error),
    })
    const log = pino({ level: 'silent' })
    this.#api = new EngineApi({ chain, builds: this.builds, serial, log })
  }

  /** @throws JsonRpcError for an error answer */
  async call<Answer>(method: string, ...params: readonly unknown[]): Promise<Answer> {
    const run = this.#api.methods[`engine_${method}`] ?? assert.fail(`no method ${method}`)
    return (await run(params)) as Answer
  }

  /** Versions of the calls for a timestamp: forkchoiceUpdated, newPayload, getPayload. */
  versions(timestamp: bigint): readonly [number, number, number] {
    const { hardforkTimes } = this.chain.config
    const isOn = (name: keyof typeof hardforkTimes) =>
      timestamp >= (hardforkTimes[name] ?? 2n ** 64n)
    if (isOn('karst')) return [3, 4, 5]
    if (isOn('isthmus')) return [3, 4, 4]
    return isOn('ecotone') ? [3, 3, 3] : [2, 2, 2]
  }

  /** Sends a payload to `newPayload`. */
  import({ executionPayload, parentBeaconBlockRoot }: Envelope): Promise<PayloadStatus> {
    const [, version] = this.versions(BigInt(executionPayload.timestamp))
    const extras = version >= 3 ? [[], parentBeaconBlockRoot] : []
    const requests = version === 4 ? [[]] : []
    return this.call(`newPayloadV${version}`, executionPayload, ...extras, ...requests)
  }

  choose(head: string, { safe = noBlock, finalized = noBlock } = {}): Promise<Built> {
    const update = { headBlockHash: head, safeBlockHash: safe, finalizedBlockHash: finalized }
    return this.call('forkchoiceUpdatedV3', update, null)
  }
}

/** A payload with changed fields and the hash that matches them. */
export function resealed(
  { executionPayload, parentBeaconBlockRoot }: Envelope,
  changes: Readonly<Record<string, unknown>>,
): Envelope {
  const payload = { ...executionPayload, ...changes }
  const parsed = payloadJson.parse(payload)
  const root = parentBeaconBlockRoot as `0x${string}` | undefined
  const header = headerOfPayload(parsed, {
    parentBeaconBlockRoot: root as never,
    // A payload has a withdrawals root from Isthmus on.
    hasRequests: executionPayload['withdrawalsRoot'] !== undefined,
  })
  return {
    executionPayload: { ...payload, blockHash: hashHeader(header) },
    ...(parentBeaconBlockRoot !== undefined && { parentBeaconBlockRoot }),
  }
}
