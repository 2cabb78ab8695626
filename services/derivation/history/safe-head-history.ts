import type { ChainState } from '#messages/chain-state.ts'
import type { SafeAt } from '#messages/safe-at.ts'
import type { SafeHeadAtRequest, SafeHeadAtResponse } from '#messages/safe-head-at.ts'
import type { BlockId, L2BlockRef } from '#protocol/block/refs.ts'
import { fromHex, toHash } from '#protocol/codec/hex.ts'
import type { Bytes32 } from '#protocol/primitives.ts'
import { bytesIn, integerIn, openOwnFile, type Row, type SqliteFile } from '#runtime/sqlite.ts'

/** Attributes on their way to the engine, and the L1 block that will have made their block safe. */
export interface Intent {
  readonly generation: bigint
  readonly sequence: bigint
  readonly digest: Bytes32
  readonly derivedFrom: BlockId
  /** Whether their block becomes safe at once: it is the last of its batch. */
  readonly concludesBatch: boolean
}

/** What is known of the chain that is taken up. */
export interface Begun {
  /** There was a gap, and what was known before it is forgotten. */
  readonly isCleared: boolean
  /**
   * After EL sync, safe heads for the engine to begin with, the best first: the newest, then the first at or above the safe head
   * that EL sync chose. Nothing is noted until it did, or the history is forgotten since it has none of them.
   */
  readonly resumePoints: readonly BlockId[]
  /** The L1 block that made the safe head safe. */
  readonly madeSafe: BlockId | undefined
}

/** Version of the tables; a file of another is refused rather than misread. */
const version = 1n

const schema = `
CREATE TABLE safe_heads (
  l1_number INTEGER PRIMARY KEY, l1_hash BLOB NOT NULL, l2_number INTEGER NOT NULL, l2_hash BLOB NOT NULL,
  generation INTEGER NOT NULL
);
CREATE INDEX safe_heads_by_l2 ON safe_heads (l2_number);
CREATE TABLE intents (
  generation INTEGER NOT NULL, sequence INTEGER NOT NULL, digest BLOB NOT NULL, l1_number INTEGER NOT NULL,
  l1_hash BLOB NOT NULL, concludes_batch INTEGER NOT NULL, PRIMARY KEY (generation, sequence, digest)
) WITHOUT ROWID;
CREATE TABLE l1_blocks (number INTEGER PRIMARY KEY, hash BLOB NOT NULL, generation INTEGER NOT NULL);
CREATE TABLE generations (id INTEGER PRIMARY KEY, number INTEGER NOT NULL);
`

/** L1 blocks that are known to have been read, at most. */
export const keptL1Blocks = 10_000n

/** Attributes of so many sequences are remembered: one is in flight, and another may be late on its way. */
const keptSequences = 8n

/** The largest number that a column holds. */
const maxInteger = 2n ** 63n - 1n

/**
 * Which block was safe when derivation had read an L1 block: derivation's own disk, and the truth of it. Each call is one
 * transaction, so that a process may be killed between any two.
 *
 * Rules of reading and of resets are op-node's safe head database's.
 */
export class SafeHeadHistory {
  readonly #file: SqliteFile

  /**
   * Opens a file, or makes it.
   *
   * @param path `:memory:` for none
   * @throws Fault `safe-head-history` if it cannot be opened, another process has it, or it is of another release
   */
  constructor(path: string) {
    this.#file = openOwnFile(path, { code: 'safe-head-history', version, schema, pragmas: '' })
  }

  /**
   * Takes up the chain as the engine tells it, before anything is derived on it: forgets what a new generation took back, and
   * notes a block that became safe while nobody was there to see it. What is behind a gap is forgotten: an answer from there
   * would be of another block. EL sync leaves no gap if the engine can begin with a safe head that is known.
   *
   * Source: op-node, safeDBRefAfterELSync
   */
  begin(chain: ChainState): Begun {
    return this.#file.transaction(() => {
      this.#settle(chain)
      // Rule history-el-sync: After EL sync the safe head goes back to the newest history entry that is on the chain.
      // Spec: engine/engine_controller.go
      const resumePoints = this.#resumePoints(chain)
      if (resumePoints.length > 0) return { isCleared: false, madeSafe: undefined, resumePoints }
      const known = this.#file.get('SELECT number FROM generations')?.['number']
      if (known !== chain.generation) {
        this.#reset(chain.start.safe, chain.generation)
        this.#file.run('INSERT OR REPLACE INTO generations VALUES (1, ?)', chain.generation)
        this.#file.run('DELETE FROM intents WHERE generation <> ?', chain.generation)
        this.#file.run('DELETE FROM l1_blocks WHERE number >= ?', chain.start.l1Origin.number)
      }
      const madeSafe = this.madeSafe(chain)
      const newest = this.newest()
      const isCleared = newest !== undefined && newest.safe.number < chain.localSafe.number
      if (isCleared) this.#clear()
      return { isCleared, madeSafe, resumePoints }
    })
  }

  /** Forgets all: the chain has none of it. */
  forget(): void {
    this.#file.transaction(() => this.#clear())
  }

  /** The L1 block that made the safe head safe, if it is known. */
  madeSafe({ localSafe }: Pick<ChainState, 'localSafe'>): BlockId | undefined {
    const newest = this.newest()
    return newest?.safe.hash === localSafe.hash ? newest.l1 : undefined
  }

  /** Remembers what is about to be sent: what becomes of it may never be heard. */
  intend({ generation, sequence, digest, derivedFrom, concludesBatch }: Intent): void {
    this.#file.transaction(() => {
      this.#file.run(
        'INSERT OR REPLACE INTO intents VALUES (?, ?, ?, ?, ?, ?)',
        generation,
        sequence,
        fromHex(digest),
        derivedFrom.number,
        fromHex(derivedFrom.hash),
        concludesBatch ? 1 : 0,
      )
      this.#file.run('DELETE FROM intents WHERE sequence <= ?', sequence - keptSequences)
    })
  }

  /** Notes what an L1 block made safe; a later entry of the same L1 block takes the place of the one before it. */
  record(entry: SafeAt): void {
    this.#file.transaction(() => this.#put(entry))
  }

  /** Notes that all of an L1 block was derived; one that made nothing safe has no entry, but is told as the others are. */
  finish({ hash, number }: BlockId, generation: bigint): void {
    this.#file.transaction(() => {
      this.#file.run(
        'INSERT OR REPLACE INTO l1_blocks VALUES (?, ?, ?)',
        number,
        fromHex(hash),
        generation,
      )
      this.#file.run('DELETE FROM l1_blocks WHERE number <= ?', number - keptL1Blocks)
    })
  }

  /** The newest L1 block at or below a number of which all was derived, and what was safe then; the newest of all if none is given. */
  finished(upTo: bigint = maxInteger): SafeAt | undefined {
    const row = this.#file.get(
      'SELECT * FROM l1_blocks WHERE number <= ? ORDER BY number DESC LIMIT 1',
      upTo,
    )
    if (row === undefined) return undefined
    const l1 = { hash: toHash(bytesIn(row, 'hash')), number: integerIn(row, 'number') }
    const found = this.at({ kind: 'l1-number', number: l1.number })
    if (found.kind !== 'found') return undefined
    return { l1, safe: found.entry.safe, generation: integerIn(row, 'generation') }
  }

  /** What was safe at an L1 block, or which L1 block made an L2 block safe. */
  at({ kind, number }: SafeHeadAtRequest): SafeHeadAtResponse {
    const wanted = number > maxInteger ? maxInteger : number
    const row =
      kind === 'l1-number'
        ? this.#file.get(
            'SELECT * FROM safe_heads WHERE l1_number <= ? ORDER BY l1_number DESC LIMIT 1',
            wanted,
          )
        : this.#file.get(
            'SELECT * FROM safe_heads WHERE l2_number >= ? ORDER BY l2_number, l1_number LIMIT 1',
            wanted,
          )
    const oldest = this.#file.get('SELECT * FROM safe_heads ORDER BY l1_number LIMIT 1')
    if (oldest === undefined) return { kind: 'not-yet' }
    if (row === undefined) return { kind: kind === 'l1-number' ? 'too-old' : 'not-yet' }
    // The first entry says by when a block was safe, and not since when.
    if (kind === 'l2-number' && number < toEntry(oldest).safe.number) return { kind: 'too-old' }
    return { kind: 'found', entry: toEntry(row) }
  }

  /** The entry of just this L1 block. */
  entryOf(l1Number: bigint): SafeAt | undefined {
    const row = this.#file.get('SELECT * FROM safe_heads WHERE l1_number = ?', l1Number)
    return row && toEntry(row)
  }

  newest(): SafeAt | undefined {
    const row = this.#file.get('SELECT * FROM safe_heads ORDER BY l1_number DESC LIMIT 1')
    return row && toEntry(row)
  }

  close(): void {
    this.#file.close()
  }

  #clear(): void {
    this.#file.run('DELETE FROM safe_heads')
    this.#file.run('DELETE FROM l1_blocks')
  }

  #resumePoints({ localSafe, sync }: ChainState): readonly BlockId[] {
    const newest = this.newest()
    if (sync !== 'el-synced' || newest === undefined || newest.safe.hash === localSafe.hash)
      return []
    const nearest = this.at({ kind: 'l2-number', number: localSafe.number })
    return nearest.kind === 'found' ? [newest.safe, nearest.entry.safe] : [newest.safe]
  }

  // Rule history-reset: A reset removes what is no longer safe from the history. Spec: safedb/safedb.go
  /**
   * What made the new safe head safe is the last that stays; what that was is not known if it is the first of all, and of a later
   * block.
   */
  #reset(safe: L2BlockRef, generation: bigint): void {
    const row = this.#file.get(
      'SELECT * FROM safe_heads WHERE l1_number >= ? AND l2_number >= ? ORDER BY l1_number LIMIT 1',
      safe.l1Origin.number,
      safe.number,
    )
    if (row === undefined) return
    const { l1, safe: known } = toEntry(row)
    this.#file.run('DELETE FROM safe_heads WHERE l1_number >= ?', l1.number)
    const isFirst = this.newest() === undefined
    if (!isFirst || known.hash === safe.hash) this.#put({ l1, safe, generation })
  }

  #settle({ generation, sequence, attributesDigest, outcome, localSafe }: ChainState): void {
    if (attributesDigest === undefined || outcome === 'dropped') return
    const row = this.#file.get(
      'SELECT * FROM intents WHERE generation = ? AND sequence = ? AND digest = ? AND concludes_batch = 1',
      generation,
      sequence,
      fromHex(attributesDigest),
    )
    if (row !== undefined) this.#put({ l1: blockIdIn(row, 'l1'), safe: localSafe, generation })
  }

  #put({ l1, safe, generation }: SafeAt): void {
    this.#file.run(
      'INSERT OR REPLACE INTO safe_heads VALUES (?, ?, ?, ?, ?)',
      l1.number,
      fromHex(l1.hash),
      safe.number,
      fromHex(safe.hash),
      generation,
    )
  }
}

function toEntry(row: Row): SafeAt {
  return {
    l1: blockIdIn(row, 'l1'),
    safe: blockIdIn(row, 'l2'),
    generation: integerIn(row, 'generation'),
  }
}

function blockIdIn(row: Row, layer: 'l1' | 'l2'): BlockId {
  return {
    hash: toHash(bytesIn(row, `${layer}_hash`)),
    number: integerIn(row, `${layer}_number`),
  }
}
