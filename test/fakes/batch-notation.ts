import type { L1BlockRef, L2BlockRef } from '#protocol/block/refs.ts'
import type { HardforkTimes } from '#protocol/chains/hardforks.ts'
import { toHash } from '#protocol/codec/hex.ts'
import type { Batch, SpanBatchBlock } from '#protocol/batch/batch.ts'
import type { BatchOutput } from '#protocol/batch/batch-output.ts'
import { BatchQueue } from '#protocol/batch/batch-queue.ts'
import { BatchStage } from '#protocol/batch/batch-stage.ts'
import type { SafeBlock } from '#protocol/batch/batch-verdict.ts'
import { L1Origins } from '#protocol/batch/l1-origins.ts'
import type { Hash } from '#protocol/primitives.ts'
import { rollupConfig } from './rollup-config.ts'

// L1 has a block every 12 seconds, L2 every 2 seconds. By default, L2 block n belongs to epoch n / 6, rounded down.

/** Options of a run. All but `holocene` have defaults. */
export interface BatchRun {
  /** True: the batch stage of Holocene. False: the batch queue of the forks before Holocene. */
  readonly holocene: boolean
  /** Number of the safe head, and of its epoch. */
  readonly head?: { readonly number: number; readonly epoch: number }
  /** Number of the L1 block at which the pipeline begins; by default the epoch of the head. */
  readonly base?: number
  /** Sequencing window in L1 blocks. */
  readonly window?: bigint
  /** Blocks of the safe chain that are missing until they are requested. */
  readonly missing?: readonly number[]
}

/** The L1 block with a number. Its hash depends on the number and on `chain`. */
export function l1Block(number: number, chain = 0): L1BlockRef {
  return {
    hash: hashOf('a', number, chain),
    number: BigInt(number),
    parentHash: hashOf('a', number - 1, chain),
    timestamp: BigInt(12 * number),
  }
}

/** The L2 block with a number, in an epoch. */
export function l2Block(number: number, epoch = Math.floor(number / 6)): L2BlockRef {
  return {
    hash: hashOf('b', number, 0),
    number: BigInt(number),
    parentHash: hashOf('b', number - 1, 0),
    timestamp: BigInt(2 * number),
    l1Origin: l1Block(epoch),
    sequenceNumber: 0n,
  }
}

function hashOf(layer: 'a' | 'b', number: number, chain: number): Hash {
  const bytes = Buffer.alloc(32)
  bytes.write(layer + chain)
  bytes.writeInt32BE(number, 4)
  return toHash(bytes)
}

/**
 * Runs a script through the batch queue or the batch stage. The safe head follows the batches returned. The words of a
 * script:
 *
 * - `@4`: the pipeline advances to L1 block 4; `@4'`: to block 4 of another chain; `.`: there are no more batches
 * - `12`: a singular batch for L2 block 12; `12-15`: a span batch for L2 blocks 12 to 15
 * - `12/3`: a batch in epoch 3; `12+02c0`: a batch with a transaction; `12!`: a batch on top of another parent
 * - `flush`: flushes the batch stage
 *
 * @returns the outputs as text. `12`: a block; `12..`: a block that is not the last of its span; `.`: the next L1 block
 *   is needed; `?12`: L2 block 12 is needed; a text in brackets: the reason why a batch was not used
 */
export function runBatches(script: string, run: BatchRun): string {
  const { number, epoch } = run.head ?? { number: 12, epoch: 2 }
  const player = new Player(l2Block(number, epoch), run)
  for (const token of script.split(' ')) player.play(token)
  return player.said.join(' ')
}

class Player {
  readonly said: string[] = []
  readonly #machine: BatchQueue | BatchStage
  readonly #origins: L1Origins
  readonly #safeChain = new Map<bigint, SafeBlock>()
  readonly #missing: Set<number>
  #head: L2BlockRef

  constructor(head: L2BlockRef, run: BatchRun) {
    const hardforkTimes: HardforkTimes = run.holocene ? { holocene: 0n } : { fjord: 0n }
    const config = rollupConfig({ hardforkTimes, sequencingWindow: run.window ?? 10n })
    const base = run.base ?? Number(head.l1Origin.number)
    this.#origins = new L1Origins(config, l1Block(base))
    this.#missing = new Set(run.missing)
    const options = {
      config,
      origins: this.#origins,
      safeBlock: (number: bigint) =>
        this.#missing.has(Number(number)) ? undefined : this.#safeChain.get(number),
    }
    this.#machine = run.holocene ? new BatchStage(options) : new BatchQueue(options)
    this.#head = head
    for (let number = 1; number < head.number; number++) this.#apply(l2Block(number), [])
    this.#apply(head, [])
  }

  play(token: string): void {
    if (token.startsWith('@')) {
      const [number, chain] = token.slice(1).split("'")
      this.#origins.advance(l1Block(Number(number), chain === undefined ? 0 : 1))
      this.#settle(this.#machine.next(this.#head))
    } else if (token === '.') this.#finish()
    else if (token === 'flush' && this.#machine instanceof BatchStage) this.#machine.flush()
    else this.#settle(this.#machine.add(parseBatch(token), this.#head))
  }

  /** Continues until more input from the script is needed. */
  #settle(first: BatchOutput): BatchOutput {
    let output = first
    for (;;) {
      this.#say(output)
      if (output.kind === 'needs-block') this.#missing.delete(Number(output.number))
      else if (output.kind !== 'batch') return output
      output = this.#machine.next(this.#head)
    }
  }

  #finish(): void {
    while (this.#settle(this.#machine.finish(this.#head)).kind === 'needs-data');
  }

  #say(output: BatchOutput): void {
    switch (output.kind) {
      case 'batch': {
        const { timestamp, epochNumber, transactions } = output.batch
        const number = Number(timestamp) / 2
        const epoch = Number(epochNumber)
        const inEpoch = epoch === Math.floor(number / 6) ? '' : `/${epoch}`
        this.said.push(`${number}${inEpoch}${output.isLastInSpan ? '' : '..'}`)
        this.#head = l2Block(number, epoch)
        this.#apply(this.#head, transactions)
        break
      }
      case 'needs-data':
        if (output.unused !== undefined) this.said.push(`(${output.unused})`)
        break
      case 'needs-origin':
        this.said.push('.')
        break
      case 'needs-block':
        this.said.push(`?${output.number}`)
        break
      case 'invalid':
      case 'reset':
      case 'critical':
        this.said.push(`${output.kind}:${output.reason}`)
    }
  }

  #apply(ref: L2BlockRef, transactions: readonly Uint8Array[]): void {
    this.#safeChain.set(ref.number, { ref, transactions: [Uint8Array.of(0x7e), ...transactions] })
  }
}

const notation = /^(\d+)(?:-(\d+))?(?:\/(\d+))?(?:\+(\w*))?(!?)$/

/** The batch of a word in the notation of {@link runBatches}. */
export function parseBatch(token: string): Batch {
  const [, from, to, epoch, transaction, flaw] = notation.exec(token) ?? []
  if (from === undefined) throw new RangeError(`${token} is not a batch`)
  const transactions = transaction === undefined ? [] : [Buffer.from(transaction, 'hex')]
  const parentHash = hashOf('b', Number(from) - 1, flaw === '!' ? 1 : 0)
  const block = (number: number): SpanBatchBlock => ({
    timestamp: BigInt(2 * number),
    epochNumber: BigInt(epoch ?? Math.floor(number / 6)),
    transactions,
  })
  if (to === undefined) {
    const single = block(Number(from))
    const epochHash = l1Block(Number(single.epochNumber)).hash
    return { kind: 'singular', batch: { ...single, parentHash, epochHash } }
  }
  const count = Number(to) - Number(from) + 1
  const blocks = Array.from({ length: count }, (_, at) => block(Number(from) + at))
  const last = l1Block(Number(block(Number(to)).epochNumber))
  return {
    kind: 'span',
    batch: {
      parentCheck: parentHash.slice(0, 42),
      l1OriginCheck: last.hash.slice(0, 42),
      blocks,
    },
  }
}
