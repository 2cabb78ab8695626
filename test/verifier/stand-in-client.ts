import type { Payload } from '#protocol/block/payload.ts'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import type { Hash } from '#protocol/primitives.ts'
import type {
  BlockName,
  BlocksDown,
  BuildStatus,
  ForkchoiceHeads,
  ForkchoiceStatus,
  PayloadId,
  PayloadStatus,
} from '#engine-api/execution-client.ts'
import { Fault } from '#runtime/fault.ts'
import { genesisPayload, payloadOf, refusalOf, type StandInRules } from './stand-in-chain.ts'

/** Maximum number of builds in progress. */
const maxBuilds = 8

/**
 * An execution client that stores all blocks it imported, executes nothing, and refuses some blocks. The client
 * outlives the processes of an engine.
 */
export class StandInClient {
  readonly #rules: StandInRules
  /** The transactions of users for the next block that may have transactions of users. */
  readonly #pool: () => readonly Uint8Array[]
  readonly #blocks = new Map<Hash, Payload>()
  readonly #builds = new Map<PayloadId, Payload>()
  #labels: Record<'unsafe' | 'safe' | 'finalized', Hash | undefined>
  /** The highest block that was ever finalized. The label `finalized` may go back. */
  #highestFinal: Hash | undefined
  /** The chain up to the head, by number. */
  #canonical: Payload[]
  #builtCount: number
  /** Number of `newPayload` calls. */
  newPayloads = 0

  /** @param firstId number of the first build, in which clients of several nodes have to differ */
  constructor(
    rules: StandInRules,
    pool: () => readonly Uint8Array[] = () => [],
    firstId: number = 0,
  ) {
    this.#rules = rules
    this.#builtCount = firstId
    this.#pool = pool
    const { blockHash } = genesisPayload(rules.config)
    this.#labels = { unsafe: blockHash, safe: undefined, finalized: undefined }
    this.#canonical = []
    this.wipe()
  }

  /** Forgets all blocks, as if the disk of the client was lost. */
  wipe(): void {
    const genesis = genesisPayload(this.#rules.config)
    this.#blocks.clear()
    this.#blocks.set(genesis.blockHash, genesis)
    this.#canonical = [genesis]
    this.#labels = { unsafe: genesis.blockHash, safe: undefined, finalized: undefined }
    this.#highestFinal = undefined
  }

  /** Stores blocks, as if they came from peers. */
  fetch(blocks: readonly Payload[]): void {
    for (const block of blocks) this.#blocks.set(block.blockHash, block)
  }

  /** The block that has a label. */
  labelled(label: 'unsafe' | 'safe' | 'finalized'): Payload | undefined {
    const hash = this.#labels[label]
    return hash === undefined ? undefined : this.#blocks.get(hash)
  }

  /** The canonical block of a number. */
  canonical(number: bigint): Payload | undefined {
    return this.#canonical[Number(number)]
  }

  newPayload(payload: Payload): PayloadStatus {
    this.newPayloads++
    if (!this.#blocks.has(payload.parentHash)) return { kind: 'syncing' }
    if (this.#refusedPayloads.has(payload.blockHash))
      return { kind: 'invalid', reason: 'refused at random' }
    this.#blocks.set(payload.blockHash, payload)
    return { kind: 'valid' }
  }

  /** Makes `newPayload` refuse a payload. */
  refuse(hash: Hash): void {
    this.#refusedPayloads.add(hash)
  }

  /** Hashes of payloads that `newPayload` refuses. */
  readonly #refusedPayloads = new Set<Hash>()

  forkchoice({ head, safe, finalized }: ForkchoiceHeads): ForkchoiceStatus {
    const block = this.#blocks.get(head)
    if (block === undefined) return { kind: 'syncing' }
    const canonical = this.#chainTo(block)
    if (!isOn(canonical, safe) || !isOn(canonical, finalized ?? this.#labels.finalized))
      throw new Fault('engine-forkchoice', { detail: 'the heads are not on one chain' })
    this.#checkFinalized(finalized)
    this.#canonical = canonical
    this.#labels.unsafe = head
    if (safe !== undefined) this.#labels.safe = safe
    // The label may go back, as in op-geth.
    if (finalized !== undefined) this.#labels.finalized = finalized
    if (this.#isHigher(finalized)) this.#highestFinal = finalized
    return { kind: 'valid' }
  }

  build(heads: ForkchoiceHeads, attributes: PayloadAttributes): BuildStatus {
    const status = this.forkchoice(heads)
    if (status.kind !== 'valid') return { kind: 'syncing' }
    const parent = this.#blocks.get(heads.head)
    if (parent === undefined) return { kind: 'syncing' }
    const refusal = refusalOf(this.#rules, parent.blockHash, attributes)
    if (refusal === 'attributes') return { kind: 'invalid', reason: 'refused at random' }
    const place = { hash: parent.blockHash, number: parent.number }
    const added = attributes.noTxPool ? [] : this.#pool()
    const transactions = [...attributes.transactions, ...added]
    const payload = payloadOf(this.#rules, place, { ...attributes, transactions })
    if (refusal === 'payload') this.refuse(payload.blockHash)
    const payloadId: PayloadId = `0x${(++this.#builtCount).toString(16).padStart(16, '0')}`
    this.#builds.set(payloadId, payload)
    const [oldest] = this.#builds.keys()
    if (this.#builds.size > maxBuilds && oldest !== undefined) this.#builds.delete(oldest)
    return { kind: 'started', payloadId }
  }

  getPayload(payloadId: PayloadId): Payload | undefined {
    return this.#builds.get(payloadId)
  }

  /** Loses the newest blocks, as after a loss of power. Safe blocks are on the disk. @returns whether there were any */
  loseBlocks(count: number): boolean {
    const safe = this.labelled('safe')?.number ?? 0n
    const head = this.labelled('unsafe')?.number ?? 0n
    const kept = head - BigInt(count) > safe ? head - BigInt(count) : safe
    for (const { blockHash, number } of this.#blocks.values())
      if (number > kept) this.#blocks.delete(blockHash)
    this.#canonical = this.#canonical.slice(0, Number(kept) + 1)
    this.#labels.unsafe = this.#canonical.at(-1)?.blockHash
    this.#builds.clear()
    return kept < head
  }

  /** Drops all builds, as after a restart of the client. */
  forgetBuilds(): void {
    this.#builds.clear()
  }

  block(which: BlockName): Payload | undefined {
    switch (which.kind) {
      case 'number':
        return this.canonical(which.number)
      case 'hash':
        return this.#blocks.get(which.hash)
      case 'label':
        return this.labelled(which.label)
    }
  }

  blocksDown({ number, count }: BlocksDown): readonly Payload[] {
    const from = Math.max(0, Number(number) - count + 1)
    return this.#canonical.slice(from, Number(number) + 1).toReversed()
  }

  /**
   * Fails if the blocks that were ever finalized are not all on one chain. This finds two active engines that finalize
   * blocks of two chains. The label `finalized` may go back. After that, the head may be below a block that was
   * finalized before, for example while that block is built again.
   */
  #checkFinalized(finalized: Hash | undefined): void {
    const block = finalized && this.#blocks.get(finalized)
    const highest = this.#highestFinal && this.#blocks.get(this.#highestFinal)
    if (block === undefined || highest === undefined) return
    const [higher, lower] = block.number > highest.number ? [block, highest] : [highest, block]
    if (!isOn(this.#chainTo(higher), lower.blockHash))
      throw new Fault('engine-forkchoice', { detail: 'two finalized blocks are not on one chain' })
  }

  #isHigher(finalized: Hash | undefined): boolean {
    const numberOf = (hash: Hash | undefined) => (hash && this.#blocks.get(hash)?.number) ?? -1n
    return numberOf(finalized) > numberOf(this.#highestFinal)
  }

  #chainTo(head: Payload): Payload[] {
    const { number } = head
    if (this.#canonical[Number(number)]?.blockHash === head.blockHash)
      return this.#canonical.slice(0, Number(number) + 1)
    const below = this.#blocks.get(head.parentHash)
    if (below === undefined) throw new Error(`no block below ${number}`)
    const chain = this.#chainTo(below)
    chain.push(head)
    return chain
  }
}

function isOn(chain: readonly Payload[], hash: Hash | undefined): boolean {
  return hash === undefined || chain.some(({ blockHash }) => blockHash === hash)
}
