import type { BuiltFlashblock } from '#messages/built-flashblock.ts'
import type { ReceivedFlashblock } from '#messages/received-flashblock.ts'
import type { BlockId } from '#protocol/block/refs.ts'
import {
  type AssemblyOutput,
  checkBlockHash,
  FlashblockAssembly,
  isSameDiff,
} from '#protocol/flashblock/assembly.ts'
import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import type { StoredPrefix } from '#protocol/flashblock/takeover.ts'
import type { Bytes8, Hash } from '#protocol/primitives.ts'
import type { FlashblockStore } from './flashblock-store.ts'

/** Limit on the sequences of flashblocks of one block. More would be the work of a builder that contradicts itself. */
export const maxSequences = 4

/** How far above the unsafe head the block of a flashblock may be. */
export const maxBlocksAhead = 2n

/** What happens to a flashblock that is to be kept. */
export type KeepOutput =
  | AssemblyOutput
  | {
      readonly kind: 'refused'
      readonly reason:
        'block-too-old' | 'block-too-new' | 'old-epoch' | 'too-many-sequences' | 'wrong-block-hash'
    }

/** Where a flashblock comes from. */
type FlashblockSource = Pick<ReceivedFlashblock, 'fromStream'>

const fromBuilder: FlashblockSource = { fromStream: false }

/** The flashblocks of one block with one payload id. */
interface Sequence {
  readonly number: bigint
  /** The highest epoch of its flashblocks. */
  epoch: bigint
  /** Whether they come from a public stream. They are not stored, and never taken over. */
  readonly fromStream: boolean
  readonly assembly: FlashblockAssembly
  /** The newest index whose block the execution client found valid; -1 if there is none. */
  executed: number
  /** Block hash of this index; undefined after a restart. */
  executedHash: Hash | undefined
}

/** The flashblocks of unfinished blocks, in memory and on disk. */
export class KeptFlashblocks {
  readonly #store: FlashblockStore
  readonly #sequences = new Map<Bytes8, Sequence>()
  #unsafe = 0n

  /** Reads what is stored. No stored block counts as executed, since the execution client may have lost it. */
  constructor(store: FlashblockStore) {
    this.#store = store
    for (const stored of store.all()) this.#add(stored)
  }

  /**
   * Adds a flashblock, and stores it if it is the next one of its block, and the block has the hash that the flashblock
   * names. If a new leader takes the block over at an earlier index, its flashblocks replace those of the leader before.
   *
   * @param source with `fromStream`, it comes from a public stream, and is kept in memory only
   * @throws Fault `flashblock-store` if it cannot be stored
   */
  keep(stored: BuiltFlashblock, source: FlashblockSource = fromBuilder): KeepOutput {
    const { number } = stored
    if (number <= this.#unsafe) return { kind: 'refused', reason: 'block-too-old' }
    if (number > this.#unsafe + maxBlocksAhead) return { kind: 'refused', reason: 'block-too-new' }
    const { index, payloadId } = stored.flashblock
    let output = this.#add(stored, source)
    const epoch = this.#sequences.get(payloadId)?.epoch ?? 0n
    const isReplacing = output.kind === 'contradicted' && stored.epoch > epoch
    if (isReplacing) {
      // A bad flashblock must not cost those that it would replace.
      if (!this.#fits(stored)) return { kind: 'refused', reason: 'wrong-block-hash' }
      this.drop(payloadId, index)
      output = this.#add(stored, source)
    }
    if (output.kind !== 'added') return output
    const payload = this.assembly(payloadId)?.payload()
    if (!isReplacing && payload !== undefined && checkBlockHash(payload) === 'wrong') {
      this.#truncate(payloadId, index)
      return { kind: 'refused', reason: 'wrong-block-hash' }
    }
    if (!source.fromStream) this.#put(stored)
    return output
  }

  /** Stores a flashblock, or forgets it, so that it can be kept again. */
  #put(stored: BuiltFlashblock): void {
    try {
      this.#store.put(stored)
    } catch (error) {
      this.#truncate(stored.flashblock.payloadId, stored.flashblock.index)
      throw error
    }
  }

  /** Whether a flashblock has the hash of the block up to it, after the indices before. */
  #fits({ flashblock }: BuiltFlashblock): boolean {
    const { index, payloadId } = flashblock
    const known = this.assembly(payloadId)
    const candidate = new FlashblockAssembly(payloadId)
    for (let at = 0; at < index; at++) {
      const before = known?.at(at)
      if (before !== undefined) candidate.add(before)
    }
    candidate.add(flashblock)
    const payload = candidate.payload()
    return payload !== undefined && checkBlockHash(payload) !== 'wrong'
  }

  /**
   * Notes that the execution client found the block up to a flashblock valid, with this hash. Another flashblock may have
   * replaced it meanwhile.
   */
  executed({ diff, index, payloadId }: Flashblock, hash: Hash): void {
    const sequence = this.#sequences.get(payloadId)
    if (sequence === undefined || index <= sequence.executed) return
    const kept = sequence.assembly.at(index)
    if (kept === undefined || !isSameDiff(kept.diff, diff)) return
    sequence.executed = index
    sequence.executedHash = hash
  }

  /** Forgets the flashblocks from an index on, because the execution client found the block invalid. */
  drop(payloadId: Bytes8, index: number): void {
    this.#truncate(payloadId, index)
    this.#store.remove(payloadId, index)
  }

  /** The newest index that was executed, with its block hash; undefined if there is none. */
  newestExecuted(
    payloadId: Bytes8,
  ): { readonly index: number; readonly hash: Hash | undefined } | undefined {
    const { executed: index = -1, executedHash: hash } = this.#sequences.get(payloadId) ?? {}
    return index === -1 ? undefined : { index, hash }
  }

  /** The flashblocks with a payload id; undefined if there are none. */
  assembly(payloadId: Bytes8): FlashblockAssembly | undefined {
    return this.#sequences.get(payloadId)?.assembly
  }

  /** The prefixes of the child of a block that may be taken over. */
  prefixes(parent: BlockId): readonly StoredPrefix[] {
    return this.#childrenOf(parent, (sequence) => !sequence.fromStream)
  }

  /** The prefixes of the child of a block, also those of streams. */
  allPrefixes(parent: BlockId): readonly StoredPrefix[] {
    return this.#childrenOf(parent, () => true)
  }

  #childrenOf(parent: BlockId, isWanted: (sequence: Sequence) => boolean): readonly StoredPrefix[] {
    return [...this.#sequences].flatMap(([payloadId, sequence]) => {
      const { assembly, epoch, executed, number } = sequence
      const payload = isWanted(sequence) ? assembly.payload() : undefined
      if (payload === undefined || number !== parent.number + 1n) return []
      if (payload.parentHash !== parent.hash) return []
      const index = assembly.length - 1
      return [{ payloadId, index, payload, epoch, isExecuted: executed === index }]
    })
  }

  /** Forgets the flashblocks of the unsafe head and of all blocks below it. */
  removeUpTo(unsafe: bigint): void {
    if (unsafe === this.#unsafe) return
    this.#unsafe = unsafe
    for (const [payloadId, { number }] of this.#sequences)
      if (number <= unsafe) this.#sequences.delete(payloadId)
    this.#store.removeUpTo(unsafe)
  }

  #truncate(payloadId: Bytes8, index: number): void {
    const sequence = this.#sequences.get(payloadId)
    if (sequence === undefined) return
    sequence.assembly.truncate(index)
    if (sequence.executed >= index) {
      sequence.executed = index - 1
      sequence.executedHash = undefined
    }
    if (index === 0) this.#sequences.delete(payloadId)
  }

  #add(
    { epoch, flashblock, number }: BuiltFlashblock,
    { fromStream }: FlashblockSource = fromBuilder,
  ): KeepOutput {
    const { payloadId } = flashblock
    const known = this.#sequences.get(payloadId)
    if (known !== undefined && known.number !== number)
      return { kind: 'refused', reason: 'wrong-payload-id' }
    if (known !== undefined) {
      const isNew = known.assembly.at(flashblock.index) === undefined
      if (isNew && epoch < known.epoch) return { kind: 'refused', reason: 'old-epoch' }
      const output = known.assembly.add(flashblock)
      const isAccepted = output.kind === 'added' || output.kind === 'repeated'
      if (isAccepted && epoch > known.epoch) known.epoch = epoch
      return output
    }
    const others = [...this.#sequences.values()].filter(
      (each) => each.number === number && each.fromStream === fromStream,
    )
    if (others.length >= maxSequences) return { kind: 'refused', reason: 'too-many-sequences' }
    const assembly = new FlashblockAssembly(payloadId)
    const output = assembly.add(flashblock)
    if (output.kind === 'added')
      this.#sequences.set(payloadId, {
        number,
        epoch,
        fromStream,
        assembly,
        executed: -1,
        executedHash: undefined,
      })
    return output
  }
}
