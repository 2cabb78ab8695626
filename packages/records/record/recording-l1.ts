import { Fault } from '#runtime/fault.ts'
import type { RecordableL1Block, RecordableL1Source } from '#l1/l1-client.ts'
import { type L1View, toL1Block } from '#l1/to-l1-block.ts'
import type { L1Reader, L1Source, SourcedL1Block } from '#records/derive/l1-source.ts'

/** Options of reading L1 for a recording. */
export interface RecordingL1Options {
  readonly client: RecordableL1Source
  readonly view: L1View
  /** Name of the source, for messages. */
  readonly name: string
  /** Called once for each block, in order, before derivation reads it. Derivation waits for the returned promise. */
  readonly onBlock: (recordable: RecordableL1Block) => Promise<void>
  /** Whether no more blocks are needed. */
  readonly isDone: () => boolean
}

/** Number of blocks fetched ahead. */
const lookAhead = 8

/** An L1 source that records the blocks it reads. */
export class RecordingL1 implements L1Source {
  readonly isLoaded = false
  readonly #options: RecordingL1Options
  #last: RecordableL1Block['block'] | undefined

  constructor(options: RecordingL1Options) {
    this.#options = options
  }

  /** The last recorded block. */
  get last(): RecordableL1Block['block'] | undefined {
    return this.#last
  }

  open(from: bigint): Promise<L1Reader> {
    const ahead: Promise<RecordableL1Block | undefined>[] = []
    let number = from
    const next = async (): Promise<SourcedL1Block | undefined> => {
      if (this.#options.isDone()) return undefined
      while (ahead.length < lookAhead) {
        const asked = this.#options.client.fetchBlock(number++)
        // The error is handled where the result is used. Derivation may end before that.
        void Promise.allSettled([asked])
        ahead.push(asked)
      }
      const recordable = await ahead.shift()
      return recordable && this.#take(recordable)
    }
    return Promise.resolve({ next })
  }

  async #take(recordable: RecordableL1Block): Promise<SourcedL1Block> {
    const { name, onBlock } = this.#options
    const { header, hash } = recordable.block
    const last = this.#last
    const isNext = last === undefined || header.number === last.header.number + 1n
    if (isNext) {
      if (last !== undefined && header.parentHash !== last.hash) throw this.#reorganised(header)
      this.#last = recordable.block
      await onBlock(recordable)
    } else if (header.number === last.header.number && hash !== last.hash)
      throw this.#reorganised(header)
    return { l1: toL1Block(recordable, this.#options.view), where: name, workMs: 0 }
  }

  #reorganised({ number }: RecordableL1Block['block']['header']): Fault {
    const detail = `${this.#options.name}: L1 was reorganised at block ${number} while it was recorded`
    return new Fault('l1-reorg', { detail })
  }
}
