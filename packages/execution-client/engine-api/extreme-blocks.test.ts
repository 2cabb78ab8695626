import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorCodes, JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import { toQuantity } from '#json-rpc/forms/fields.ts'
import {
  type Built,
  EngineClient,
  type Envelope,
  noBlock,
  resealed,
} from '#test/fakes/engine-client.ts'
import { openChain } from '#test/fakes/execution-chain.ts'
import {
  extremeAttributes,
  extremeGenesis,
  extremeTransactions,
} from '#test/fakes/extreme-blocks.ts'
import { Random } from '#runtime/random.ts'
import { toHex } from '#protocol/codec/hex.ts'

/** Number of random chains. `ATOLL_SEED` sets the seed of the first chain. */
const chains = Number(process.env['ATOLL_FUZZ_CHAINS'] ?? 8)
const firstSeed = Number(process.env['ATOLL_SEED'] ?? 1)
const blocksOfAChain = 20

test(`no block with numbers at their limits ends in an internal error, seeds from ${firstSeed} on`, async (t) => {
  const counts: Record<string, number> = {}
  for (let at = 0; at < chains; at++) {
    const run = new ExtremeRun(firstSeed + at, counts)
    for (let block = 0; block < blocksOfAChain; block++) await run.step(block)
  }
  t.diagnostic(JSON.stringify(counts))
  // Valid and invalid attributes and payloads must all occur.
  for (const outcome of ['built', 'attributes refused', 'payload VALID', 'payload INVALID'])
    assert.ok((counts[outcome] ?? 0) >= chains / 2, `${outcome}: ${counts[outcome]}`)
})

/** One chain, built by one client and followed by another. */
class ExtremeRun {
  readonly #seed: number
  readonly #counts: Record<string, number>
  readonly #random: Random
  readonly #builder: EngineClient
  readonly #follower: EngineClient
  #good: Envelope | undefined

  constructor(seed: number, counts: Record<string, number>) {
    this.#seed = seed
    this.#counts = counts
    this.#random = new Random(seed)
    const genesis = extremeGenesis(this.#random)
    this.#builder = new EngineClient(openChain({ genesis }))
    this.#follower = new EngineClient(openChain({ genesis }))
  }

  /** Builds a block, and imports it into the follower. Then sends the follower a changed payload, usually invalid. */
  async step(block: number): Promise<void> {
    const random = this.#random
    const attributes = extremeAttributes(random, this.#builder.chain)
    try {
      await this.#build(attributes)
      await this.#spoil()
    } catch (cause) {
      const detail = JSON.stringify({ seed: this.#seed, block, attributes })
      throw new Error(`an internal error, or builder and follower differ: ${detail}`, { cause })
    }
  }

  async #build(attributes: Readonly<Record<string, unknown>>): Promise<void> {
    const builder = this.#builder
    const { head } = builder.chain
    const [fcu, , get] = builder.versions(BigInt(String(attributes['timestamp'])))
    const update = {
      headBlockHash: head.hash,
      safeBlockHash: this.#random.chance(0.5) ? head.hash : noBlock,
      finalizedBlockHash: noBlock,
    }
    const begun = await answerOf(
      builder.call<Built>(`forkchoiceUpdatedV${fcu}`, update, attributes),
    )
    if (begun instanceof JsonRpcError) return this.#count('attributes refused')
    this.#count('built')
    const answer = await builder.call<Envelope>(`getPayloadV${get}`, begun.payloadId)
    const envelope = get === 1 ? { executionPayload: answer } : answer
    this.#good = envelope as Envelope
    const { blockHash } = this.#good.executionPayload
    for (const client of [builder, this.#follower]) {
      // The builder already has this block, and the follower executes it. Both clients write the block to their
      // databases.
      const { status, validationError } = await client.import(this.#good)
      assert.equal(status, 'VALID', `${validationError}`)
      assert.equal((await client.choose(blockHash)).payloadStatus.status, 'VALID')
      assert.equal(client.chain.head.hash, blockHash)
    }
  }

  async #spoil(): Promise<void> {
    if (this.#good === undefined) return
    const random = this.#random
    const { parentHash, blockNumber } = this.#good.executionPayload
    const { head } = this.#follower.chain
    const onHead = random.chance(0.5) && {
      parentHash: head.hash,
      blockNumber: toQuantity(head.header.number + 1n),
      timestamp: toQuantity(head.header.timestamp + 1n),
    }
    const edge = toQuantity(random.pick([0n, 1n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n]))
    const change = random.pick<Readonly<Record<string, unknown>>>([
      { transactions: extremeTransactions(random, this.#follower.chain).map(toHex) },
      { gasUsed: edge },
      { gasLimit: edge },
      { baseFeePerGas: toQuantity(2n ** 256n - 1n) },
      { stateRoot: noBlock },
      { extraData: toHex(random.bytes(random.pick([0, 9, 17]))) },
      { timestamp: edge },
    ])
    const sent = resealed(this.#good, { parentHash, blockNumber, ...onHead, ...change })
    const answer = await answerOf(this.#follower.import(sent))
    this.#count(answer instanceof JsonRpcError ? 'payload refused' : `payload ${answer.status}`)
  }

  #count(outcome: string): void {
    this.#counts[outcome] = (this.#counts[outcome] ?? 0) + 1
  }
}

/** The answer, or an error of the Engine API. @throws any other error, for which a server returns an internal error */
async function answerOf<Answer>(call: Promise<Answer>): Promise<Answer | JsonRpcError> {
  try {
    return await call
  } catch (error) {
    if (error instanceof JsonRpcError && error.code !== errorCodes.internal) return error
    throw error
  }
}
