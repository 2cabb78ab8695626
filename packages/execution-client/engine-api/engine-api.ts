import type { Logger } from 'pino'
import * as z from 'zod'
import { hashHeader, type Header } from '#protocol/block/header.ts'
import { type Hardforks, hardforksAt } from '#protocol/chains/hardforks.ts'
import type { Hex } from '#protocol/codec/hex.ts'
import type { Hash } from '#protocol/primitives.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import type { Serial } from '#runtime/serial.ts'
import type { Chain } from '#execution-client/chain/chain.ts'
import { hashJson, toQuantity } from '#json-rpc/forms/fields.ts'
import { payloadJson, type PayloadJson } from '#json-rpc/forms/payload-json.ts'
import type { KnownBlock } from '#execution-client/store/block-store.ts'
import { parseParam } from '#execution-client/rpc/params.ts'
import type { ExecutedBlock } from '#execution-client/transition/execute-block.ts'
import { InvalidBlock, InvalidTransaction } from '#execution-client/transition/invalid.ts'
import {
  checkAttributesVersion,
  checkedAttributes,
  engineCodes,
  type ForkchoiceVersion,
  invalidAttributes,
  isThere,
  payloadProblem,
  unsupportedFork,
} from './attributes-check.ts'
import { InvalidBlocks } from './invalid-blocks.ts'
import type { PayloadBuilds } from './payload-builds.ts'
import {
  attributesJson,
  attributesOfPayload,
  forkchoiceJson,
  headerOfPayload,
  noHash,
  type PayloadExtras,
  payloadToJson,
} from './payload-json.ts'

/** The status of a payload. Spec: execution-apis, paris.md#payloadstatusv1 */
export interface PayloadStatus {
  readonly status: 'VALID' | 'INVALID' | 'SYNCING' | 'ACCEPTED'
  readonly latestValidHash: Hash | null
  readonly validationError: string | null
}

/** Dependencies of the Engine API. */
export interface EngineApiOptions {
  readonly chain: Chain
  readonly builds: PayloadBuilds
  /** Serializes everything that executes blocks. */
  readonly serial: Serial
  readonly log: Logger
}

/** A method of a server. */
export type Method = (params: readonly unknown[]) => unknown

const payloadIdJson = z.string().regex(/^0x[0-9a-f]{16}$/i, 'want 8 bytes in hex')

const syncing: PayloadStatus = { status: 'SYNCING', latestValidHash: null, validationError: null }

/** The Engine API. It answers as op-geth and op-reth do. Spec: execution-apis, src/engine; exec-engine.md#engine-api */
export class EngineApi {
  readonly #options: EngineApiOptions
  readonly #invalid = new InvalidBlocks()

  constructor(options: EngineApiOptions) {
    this.#options = options
  }

  /** All methods by name. */
  get methods(): Readonly<Record<string, Method>> {
    const names: Record<string, Method> = {}
    for (const version of [1, 2, 3] as const)
      names[`engine_forkchoiceUpdatedV${version}`] = (params) =>
        this.#forkchoiceUpdated(params, version)
    for (const version of [1, 2, 3, 4] as const)
      names[`engine_newPayloadV${version}`] = (params) => this.#newPayload(params, version)
    for (const version of [1, 2, 3, 4, 5] as const)
      names[`engine_getPayloadV${version}`] = (params) => this.#getPayload(params, version)
    names['engine_exchangeCapabilities'] = () => Object.keys(names)
    names['engine_getClientVersionV1'] = () => [
      { code: 'AT', name: 'atoll', version: 'embedded', commit: '0x00000000' },
    ]
    return names
  }

  async #forkchoiceUpdated(
    params: readonly unknown[],
    version: ForkchoiceVersion,
  ): Promise<{ payloadStatus: PayloadStatus; payloadId: Hex | null }> {
    const { chain, builds } = this.#options
    const update = parseParam(forkchoiceJson, params, 0)
    const attributes = isThere(params[1]) ? parseParam(attributesJson, params, 1) : undefined
    if (attributes !== undefined) checkAttributesVersion(attributes, version, chain.config)
    if (update.headBlockHash === noHash)
      return { payloadStatus: invalid(undefined, undefined), payloadId: null }
    const checked = attributes && checkedAttributes(attributes, chain.config)
    const status = await this.#choose(update)
    const head = chain.find(update.headBlockHash)
    if (status.status !== 'VALID' || checked === undefined || head === undefined)
      return { payloadStatus: status, payloadId: null }
    if (checked.timestamp <= head.header.timestamp)
      throw invalidAttributes(
        `invalid timestamp, parent ${head.header.timestamp} given ${checked.timestamp}`,
      )
    try {
      return { payloadStatus: status, payloadId: await builds.start(head, checked, version) }
    } catch (error) {
      throw isRefusal(error) ? invalidAttributes(error.message) : error
    }
  }

  async #choose(update: z.output<typeof forkchoiceJson>): Promise<PayloadStatus> {
    const { chain, serial } = this.#options
    const { headBlockHash } = update
    return serial.run(async () => {
      const head = chain.find(headBlockHash)
      const rejected = this.#invalid.find(headBlockHash)
      if (rejected !== undefined) return invalid(rejected.reason, rejected.latestValid)
      if (head === undefined || !chain.hasState(head)) return syncing
      const safe = this.#ancestor(head, update.safeBlockHash, 'safe')
      const finalized = this.#ancestor(head, update.finalizedBlockHash, 'final')
      chain.choose({ head: headBlockHash, safe: safe?.hash, finalized: finalized?.hash })
      return { status: 'VALID', latestValidHash: headBlockHash, validationError: null }
    })
  }

  /**
   * @throws JsonRpcError -38002 if the safe or finalized block is not an ancestor of the head. The head is then not
   * changed.
   */
  #ancestor(head: KnownBlock, hash: Hash, what: string): KnownBlock | undefined {
    const { chain } = this.#options
    if (hash === noHash) return what === 'safe' ? chain.safe : chain.finalized
    const refuse = (detail: string) =>
      new JsonRpcError(engineCodes.invalidForkchoice, 'Invalid forkchoice state', { err: detail })
    const block = chain.find(hash)
    if (block === undefined) throw refuse(`${what} block not available in database`)
    let above = head
    while (above.header.number > block.header.number && !chain.isCanonical(above)) {
      const parent = chain.find(above.header.parentHash)
      if (parent === undefined) break
      above = parent
    }
    const isBelow =
      above.hash === block.hash ||
      (block.header.number <= above.header.number &&
        chain.isCanonical(above) &&
        chain.isCanonical(block))
    if (!isBelow) throw refuse(`${what} block not in canonical chain`)
    return block
  }

  async #newPayload(params: readonly unknown[], version: 1 | 2 | 3 | 4): Promise<PayloadStatus> {
    const { chain, serial } = this.#options
    const payload = parseParam(payloadJson, params, 0)
    const extras = checkExtras(payload, params, {
      version,
      forks: this.#forksAt(payload.timestamp),
    })
    const problem = payloadProblem(payload, chain.config)
    if (problem !== undefined) return invalid(problem, undefined)
    const header = headerOfPayload(payload, extras)
    const hash = hashHeader(header)
    if (hash !== payload.blockHash)
      return invalid(`blockhash mismatch, want ${payload.blockHash}, got ${hash}`, undefined)
    return serial.run(() => this.#import({ hash, header }, payload))
  }

  async #import({ hash, header }: KnownBlock, payload: PayloadJson): Promise<PayloadStatus> {
    const { chain, log } = this.#options
    const valid: PayloadStatus = { status: 'VALID', latestValidHash: hash, validationError: null }
    const known = chain.find(hash)
    if (known !== undefined && chain.hasState(known)) return valid
    const rejected = this.#invalid.find(hash) ?? this.#invalid.find(header.parentHash)
    if (rejected !== undefined) {
      this.#invalid.add(hash, rejected)
      return invalid('links to previously rejected block', rejected.latestValid)
    }
    const parent = chain.find(header.parentHash)
    if (parent === undefined || !chain.hasState(parent)) return syncing
    const refuse = (reason: string) => {
      this.#invalid.add(hash, { reason, latestValid: parent.hash })
      log.warn({ l2: { number: header.number, hash }, reason }, 'payload refused')
      return invalid(reason, parent.hash)
    }
    if (header.number !== parent.header.number + 1n) return refuse('invalid number')
    if (header.timestamp <= parent.header.timestamp) return refuse('invalid timestamp')
    try {
      const block = await this.#execute(parent, header, payload)
      const difference = differenceOf(header, block)
      if (difference !== undefined) return refuse(difference)
      return chain.add(block) ? valid : syncing
    } catch (error) {
      if (!isRefusal(error)) throw error
      return refuse(error.message)
    }
  }

  async #execute(parent: KnownBlock, header: Header, payload: PayloadJson): Promise<ExecutedBlock> {
    const attributes = attributesOfPayload(payload, header)
    const builder = await this.#options.chain.build(parent, attributes)
    for (const raw of attributes.transactions) await builder.execution.execute(raw)
    return builder.seal()
  }

  async #getPayload(params: readonly unknown[], version: 1 | 2 | 3 | 4 | 5): Promise<unknown> {
    const { builds, chain, serial } = this.#options
    const id = parseParam(payloadIdJson, params, 0) as Hex
    const begun = builds.find(id)
    if (begun === undefined) throw new JsonRpcError(engineCodes.unknownPayload, 'Unknown payload')
    const forks = this.#forksAt(begun.header.timestamp)
    if (!getPayloadVersions(forks).includes(version))
      throw unsupportedFork(`getPayloadV${version} does not fit the payload's fork`)
    // `take` is called after all checks, since it ends the filling of the block.
    const block = (await builds.take(id)) ?? begun
    // Adds our own block, so that it is not executed again when it arrives as a payload.
    await serial.run(async () => chain.add(block))
    const raws = block.transactions.map(({ raw }) => raw)
    const executionPayload = payloadToJson(block, raws)
    if (version === 1) return executionPayload
    const envelope = { executionPayload, blockValue: toQuantity(blockValue(block)) }
    if (version === 2) return envelope
    return {
      ...envelope,
      blobsBundle: { commitments: [], proofs: [], blobs: [] },
      shouldOverrideBuilder: false,
      parentBeaconBlockRoot: block.header.parentBeaconBlockRoot,
      ...(version >= 4 && { executionRequests: [] }),
    }
  }

  #forksAt(timestamp: bigint): Hardforks {
    return hardforksAt(this.#options.chain.config.hardforkTimes, timestamp)
  }
}

/** Fees that users paid to the fee recipient, in wei. */
function blockValue({ header, transactions }: ExecutedBlock): bigint {
  let value = 0n
  for (const { receipt, signed } of transactions)
    if (signed !== undefined)
      value += receipt.gasUsed * (receipt.effectiveGasPrice - (header.baseFeePerGas ?? 0n))
  return value
}

function getPayloadVersions(forks: Hardforks): readonly number[] {
  if (forks.karst) return [4, 5]
  if (forks.isthmus) return [4]
  return forks.ecotone ? [3] : [1, 2]
}

/** Checks the parameters of newPayload other than the payload, as op-geth does. @throws JsonRpcError -32602, -38005 */
function checkExtras(
  payload: PayloadJson,
  params: readonly unknown[],
  { version, forks }: { readonly version: 1 | 2 | 3 | 4; readonly forks: Hardforks },
): PayloadExtras {
  const refuse = (detail: string) =>
    new JsonRpcError(engineCodes.invalidParams, `Invalid parameters: ${detail}`)
  const { withdrawals, excessBlobGas, blobGasUsed } = payload
  if (version <= 2) {
    if (forks.ecotone) throw refuse("can't use newPayloadV2 post-cancun")
    if (version === 1 && isThere(withdrawals)) throw refuse('withdrawals not supported in V1')
    if (version === 2 && forks.canyon && !isThere(withdrawals))
      throw refuse('nil withdrawals post-shanghai')
    if (version === 2 && !forks.canyon && isThere(withdrawals))
      throw refuse('non-nil withdrawals pre-shanghai')
    if (isThere(excessBlobGas)) throw refuse('non-nil excessBlobGas pre-cancun')
    if (isThere(blobGasUsed)) throw refuse('non-nil blobGasUsed pre-cancun')
    return { parentBeaconBlockRoot: undefined, hasRequests: false }
  }
  if (!isThere(withdrawals)) throw refuse('nil withdrawals post-shanghai')
  if (!isThere(excessBlobGas)) throw refuse('nil excessBlobGas post-cancun')
  if (!isThere(blobGasUsed)) throw refuse('nil blobGasUsed post-cancun')
  if (!isThere(params[1])) throw refuse('nil versionedHashes post-cancun')
  if (!isThere(params[2])) throw refuse('nil beaconRoot post-cancun')
  if (version === 4 && !isThere(params[3])) throw refuse('nil executionRequests post-prague')
  if (!forks.ecotone || (version === 3) === forks.isthmus)
    throw unsupportedFork(`newPayloadV${version} does not fit the payload's fork`)
  if (parseParam(z.array(hashJson), params, 1).length > 0) throw refuse('there are no blobs on L2')
  if (version === 4 && parseParam(z.array(z.unknown()), params, 3).length > 0)
    throw refuse('there are no requests on L2')
  return { parentBeaconBlockRoot: parseParam(hashJson, params, 2), hasRequests: version === 4 }
}

/** The first field in which the executed block differs from the payload. */
function differenceOf(want: Header, { header, hash }: ExecutedBlock): string | undefined {
  if (hashHeader(want) === hash) return undefined
  for (const [name, value] of Object.entries(header)) {
    const wanted = want[name as keyof Header]
    const isSame =
      value instanceof Uint8Array && wanted instanceof Uint8Array
        ? Buffer.compare(value, wanted) === 0
        : value === wanted
    if (!isSame) return `invalid ${name} (remote: ${String(wanted)} local: ${String(value)})`
  }
  return 'the block has another hash'
}

function invalid(reason: string | undefined, latestValid: Hash | undefined): PayloadStatus {
  return {
    status: 'INVALID',
    latestValidHash: latestValid ?? null,
    validationError: reason ?? null,
  }
}

function isRefusal(error: unknown): error is Error {
  return error instanceof InvalidTransaction || error instanceof InvalidBlock
}
