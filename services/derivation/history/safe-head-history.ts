import type { ChainState } from '#messages/chain-state.ts'
import type { SafeAt } from '#messages/safe-at.ts'
import type { SafeHeadAtRequest, SafeHeadAtResponse } from '#messages/safe-head-at.ts'
import type { BlockId, L2BlockRef } from '#protocol/block/refs.ts'
import { fromHex, toHash } from '#protocol/codec/hex.ts'
import type { Bytes32 } from '#protocol/primitives.ts'
import { bytesIn, integerIn, openOwnFile, type Row, type SqliteFile } from '#runtime/sqlite.ts'

/** Attributes about to be sent, and the L1 block that makes their block safe if they are applied. */
export interface Intent {
  readonly generation: bigint
  readonly sequence: bigint
  readonly digest: Bytes32
  readonly derivedFrom: BlockId
  /**
   * Whether the block of the attributes becomes safe as soon as it is applied, because it is the last block of its
   * batch.
   */
  readonly concludesBatch: boolean
}

/** What the safe-head history knows about the chain that derivation starts on. */
export interface Begun {
  /** Whether there was a gap, so that the history was cleared. */
  readonly isCleared: boolean
  /**
   * Safe heads of the history to which the engine may go back after EL sync, in order of preference: first the newest,
   * then the earliest at or above the safe head that EL sync chose. Nothing is recorded until the engine has gone back
   * to one of these safe heads, or until the history is cleared because no such safe head is on the chain.
   */
  readonly resumePoints: readonly BlockId[]
  /** The L1 block that made the safe head safe. */
  readonly madeSafe: BlockId | undefined
}

/** Version of the tables. A file with another version is refused. */
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

/** Limit on L1 blocks remembered as derived completely. */
export const keptL1Blocks = 10_000n

/**
 * Number of the newest sequences whose intents are kept. One sequence is in flight; outcomes of earlier sequences may
 * arrive late.
 */
const keptSequences = 8n

/** The largest number that a column holds. */
const maxInteger = 2n ** 63n - 1n

/**
 * The safe head at each L1 block, as derivation computed it, on derivation's own disk. Each call is one transaction, so
 * that the process may be killed at any time.
 *
 * Lookups and resets follow op-node's safe head database.
 */
export class SafeHeadHistory {
  readonly #file: SqliteFile

  /**
   * Opens the file, or creates it.
   *
   * @param path `:memory:` for a history without a file
   * @param chainId of L2; undefined: not checked
   * @throws Fault `safe-head-history` if the file cannot be opened, is in use by another process, has another version
   *   or belongs to another chain
   */
  constructor(path: string, chainId?: bigint) {
    const tables = { version, schema, ...(chainId !== undefined && { chainId }) }
    this.#file = openOwnFile(path, { code: 'safe-head-history', ...tables, pragmas: '' })
  }

  /**
   * Brings the history in line with the engine's chain before derivation starts on it. In a new generation, removes the
   * entries of blocks that are no longer safe. Records a block that became safe while derivation was down. A history
   * with a gap is cleared, because lookups in the gap would return a wrong block. EL sync leaves no gap if the engine
   * goes back to a safe head of the history.
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
      const { localSafe } = chain
      const newest = this.newest()
      const madeSafe = newest?.safe.hash === localSafe.hash ? newest.l1 : undefined
      const isCleared = newest !== undefined && newest.safe.number < localSafe.number
      if (isCleared) this.#clear()
      return { isCleared, madeSafe, resumePoints }
    })
  }

  /** Removes all entries, because they belong to another chain. */
  clear(): void {
    this.#file.transaction(() => this.#clear())
  }

  /** Stores attributes about to be sent, because derivation may be killed before it sees their outcome. */
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

  /** Records the safe head at an L1 block. Replaces an earlier entry of that L1 block. */
  record(entry: SafeAt): void {
    this.#file.transaction(() => this.#put(entry))
  }

  /** Marks an L1 block as derived completely, even if it made nothing safe. */
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

  /** The newest L1 block at or below `upTo` that was derived completely, with the safe head at it. */
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

  /** The safe head at an L1 block, or the L1 block that made an L2 block safe. */
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
    // Blocks before the oldest entry became safe at an unknown L1 block.
    if (kind === 'l2-number' && number < toEntry(oldest).safe.number) return { kind: 'too-old' }
    return { kind: 'found', entry: toEntry(row) }
  }

  /** The newest entry. */
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

  // Rule history-reset: A reset removes from the history the entries of blocks that are no longer safe.
  // Spec: safedb/safedb.go
  /**
   * The entry of the L1 block that made the new safe head safe becomes the newest entry, and gets the new safe head. If
   * that entry is the oldest of the history and had another safe head, the entry is removed too: the new safe head may
   * have become safe at an earlier L1 block.
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

  /** If the engine applied attributes while derivation was down, records their block from the stored intent. */
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
