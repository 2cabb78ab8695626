import assert from 'node:assert/strict'
import { encodeL1Attributes } from '#protocol/block/l1-attributes.ts'
import { toFixedBigEndian } from '#protocol/codec/big-endian.ts'
import { toBytes32, toHash, toHex } from '#protocol/codec/hex.ts'
import type { Address } from '#protocol/primitives.ts'
import { encodeDeposit } from '#protocol/transaction/deposit.ts'
import { l1BlockAddress } from '#execution-client/transition/fee-vaults.ts'
import { systemClock } from '#runtime/clock.ts'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { createToken } from '#json-rpc/jwt.ts'
import type { Built, Envelope } from './engine-client.ts'
import { noBlock } from './engine-client.ts'

/** The L1 attributes of each block: L1 does not advance, and its fees are nearly zero. */
function l1Attributes(number: bigint): string {
  const data = encodeL1Attributes({
    number: 1n,
    timestamp: 1n,
    baseFee: 1n,
    hash: toHash(new Uint8Array(32)),
    sequenceNumber: number,
    batcherHash: toBytes32(new Uint8Array(32)),
    bedrock: undefined,
    ecotone: { baseFeeScalar: 1n, blobBaseFeeScalar: 1n, blobBaseFee: 1n },
    operatorFee: { scalar: 0n, constant: 0n },
    daFootprintGasScalar: 400n,
  })
  const deposit = encodeDeposit({
    sourceHash: toHash(toFixedBigEndian(number, 32)),
    from: '0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001' as Address,
    to: l1BlockAddress,
    mint: 0n,
    value: 0n,
    gas: 1_000_000n,
    isSystemTransaction: false,
    data,
  })
  return toHex(deposit)
}

/** A block to build on. */
export interface Parent {
  readonly hash: string
  readonly timestamp: string
  readonly number: string
}

/** A payload as a block to build on. */
export function parentOf({
  blockHash,
  timestamp,
  blockNumber,
}: Envelope['executionPayload']): Parent {
  return { hash: blockHash, timestamp, number: String(blockNumber) }
}

/** A minimal sequencer that drives an execution client over HTTP, with all forks up to Karst. */
export class EngineDriver {
  readonly rpc: JsonRpcClient

  constructor(url: string, jwtSecret: Uint8Array) {
    const headers = async () => ({
      authorization: `Bearer ${await createToken(jwtSecret, Date.now())}`,
    })
    const endpoints = [{ url, headers }]
    this.rpc = new JsonRpcClient({ endpoints, timeoutMs: 10_000, rounds: 1, clock: systemClock })
  }

  async call<Answer>(method: string, ...params: readonly unknown[]): Promise<Answer> {
    return (await this.rpc.call(method, params)) as Answer
  }

  /** The newest block. */
  head(): Promise<Parent> {
    return this.call('eth_getBlockByNumber', 'latest', false)
  }

  /** Starts to build a block on a parent. @returns the payload id */
  async start(
    parent: Parent,
    {
      transactions = [],
      noTxPool = true,
    }: { transactions?: readonly string[]; noTxPool?: boolean } = {},
  ): Promise<string> {
    const attributes = {
      timestamp: `0x${(BigInt(parent.timestamp) + 2n).toString(16)}`,
      prevRandao: noBlock,
      suggestedFeeRecipient: '0x4200000000000000000000000000000000000011',
      withdrawals: [],
      parentBeaconBlockRoot: noBlock,
      transactions: [l1Attributes(BigInt(parent.number) + 1n), ...transactions],
      noTxPool,
      gasLimit: '0x3938700',
      eip1559Params: '0x0000000000000000',
      minBaseFee: 0,
    }
    const update = {
      headBlockHash: parent.hash,
      safeBlockHash: noBlock,
      finalizedBlockHash: noBlock,
    }
    const built = await this.call<Built>('engine_forkchoiceUpdatedV3', update, attributes)
    return built.payloadId ?? assert.fail(JSON.stringify(built))
  }

  /** Gets the block of a started build, imports it, and sets it as the head. */
  async finish(
    payloadId: string,
    { version = 5 }: { readonly version?: 4 | 5 } = {},
  ): Promise<Envelope['executionPayload']> {
    const envelope = await this.call<Envelope>(`engine_getPayloadV${version}`, payloadId)
    const { executionPayload, parentBeaconBlockRoot } = envelope
    const extras = [[], parentBeaconBlockRoot, []]
    const status = await this.call<{ status: string }>(
      'engine_newPayloadV4',
      executionPayload,
      ...extras,
    )
    assert.equal(status.status, 'VALID')
    await this.choose(executionPayload.blockHash)
    return executionPayload
  }

  async choose(head: string, final: string = noBlock): Promise<void> {
    const update = { headBlockHash: head, safeBlockHash: final, finalizedBlockHash: final }
    const chosen = await this.call<Built>('engine_forkchoiceUpdatedV3', update, null)
    assert.equal(chosen.payloadStatus.status, 'VALID')
  }

  close(): Promise<void> {
    return this.rpc.close()
  }
}
