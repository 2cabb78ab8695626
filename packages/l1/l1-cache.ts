import type { BlockId } from '#protocol/block/refs.ts'
import { fromHex, toHash } from '#protocol/codec/hex.ts'
import type { Hash } from '#protocol/primitives.ts'
import { type Fault, isFault } from '#runtime/fault.ts'
import { bytesIn, integerIn, isUnusableFile, removeFile, SqliteFile } from '#runtime/sqlite.ts'

/** File of the cache, in the data folder of da-watcher. */
export const cacheFile = 'l1-cache.sqlite'

/** Version of the tables. A file of another version is emptied, since all data can be fetched again. */
const version = 2n

const schema = `
DROP TABLE IF EXISTS blocks; DROP TABLE IF EXISTS blobs;
CREATE TABLE blocks (
  hash BLOB PRIMARY KEY, number INTEGER NOT NULL, is_final INTEGER NOT NULL, packed BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX blocks_by_number ON blocks (number);
CREATE TABLE blobs (hash BLOB PRIMARY KEY, number INTEGER NOT NULL, data BLOB NOT NULL);
CREATE INDEX blobs_by_number ON blobs (number);
`

/** Number of blocks that are removed at a time. */
const removedAtOnce = 8

/** Options of a cache. */
export interface L1CacheOptions {
  readonly maxBytes: number
  /** Chain id of L1; undefined: not checked. */
  readonly chainId?: bigint
  /** Called if an unusable file was replaced with an empty file. */
  readonly onReplaced?: (reason: Fault) => void
}

/**
 * A file of verified L1 blocks and blobs, which processes on one machine may share. If the file is full, the blocks and
 * blobs with the lowest numbers are removed. All data can be fetched again, so a damaged file is replaced.
 */
export class L1Cache {
  readonly #file: SqliteFile
  readonly #maxBytes: number

  /**
   * Opens or creates a file.
   *
   * @throws Fault `l1-cache` if the file cannot be opened
   */
  constructor(path: string, { maxBytes, chainId, onReplaced = () => undefined }: L1CacheOptions) {
    this.#maxBytes = maxBytes
    this.#file = open(path, chainId, onReplaced)
  }

  /** Hashes of the blocks at a number. At most one of the blocks is marked as final. */
  blocksAt(number: bigint): readonly { readonly hash: Hash; readonly isFinal: boolean }[] {
    return this.#file
      .all('SELECT hash, is_final FROM blocks WHERE number = ?', number)
      .map((row) => {
        return { hash: toHash(bytesIn(row, 'hash')), isFinal: row['is_final'] === 1n }
      })
  }

  /** The bytes that were stored for a block. */
  block(hash: Hash): Uint8Array | undefined {
    const row = this.#file.get('SELECT packed FROM blocks WHERE hash = ?', fromHex(hash))
    return row && bytesIn(row, 'packed')
  }

  blob(versionedHash: Hash): Uint8Array | undefined {
    const row = this.#file.get('SELECT data FROM blobs WHERE hash = ?', fromHex(versionedHash))
    return row && bytesIn(row, 'data')
  }

  putBlock({ hash, number }: BlockId, packed: Uint8Array): void {
    const sql = 'INSERT OR IGNORE INTO blocks (hash, number, is_final, packed) VALUES (?, ?, 0, ?)'
    this.#file.run(sql, fromHex(hash), number, packed)
    this.#makeRoom()
  }

  putBlob(versionedHash: Hash, number: bigint, data: Uint8Array): void {
    const sql = 'INSERT OR REPLACE INTO blobs (hash, number, data) VALUES (?, ?, ?)'
    this.#file.run(sql, fromHex(versionedHash), number, data)
    this.#makeRoom()
  }

  /** Marks a block final, and removes the other blocks at its number. */
  markFinal({ hash, number }: BlockId): void {
    this.#file.run('UPDATE blocks SET is_final = 1 WHERE hash = ? AND is_final = 0', fromHex(hash))
    this.#file.run('DELETE FROM blocks WHERE number = ? AND hash <> ?', number, fromHex(hash))
  }

  /** The highest block that is marked final. */
  highestFinal(): BlockId | undefined {
    const sql = 'SELECT hash, number FROM blocks WHERE is_final = 1 ORDER BY number DESC LIMIT 1'
    const row = this.#file.get(sql)
    return row && { hash: toHash(bytesIn(row, 'hash')), number: integerIn(row, 'number') }
  }

  /** Removes all marks of final blocks. */
  unmarkFinal(): void {
    this.#file.run('UPDATE blocks SET is_final = 0')
  }

  /** The lowest and the highest number of a block; undefined if the file is empty. */
  range(): { readonly first: bigint; readonly last: bigint } | undefined {
    const row = this.#file.get('SELECT min(number) AS first, max(number) AS last FROM blocks')
    const { first, last } = row ?? {}
    if (typeof first !== 'bigint' || typeof last !== 'bigint') return undefined
    return { first, last }
  }

  /** Bytes in use in the file. */
  get bytes(): number {
    const pragma = (name: string) => Number(this.#file.get(`PRAGMA ${name}`)?.[name] ?? 0)
    return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size')
  }

  close(): void {
    this.#file.close()
  }

  #makeRoom(): void {
    while (this.bytes > this.#maxBytes) {
      const sql = `SELECT number FROM (
        SELECT number FROM blocks UNION SELECT number FROM blobs) ORDER BY number LIMIT ?`
      const row = this.#file.all(sql, removedAtOnce).at(-1)
      if (row === undefined) return
      const last = integerIn(row, 'number')
      this.#file.run('DELETE FROM blocks WHERE number <= ?', last)
      this.#file.run('DELETE FROM blobs WHERE number <= ?', last)
    }
  }
}

function open(
  path: string,
  chainId: bigint | undefined,
  onReplaced: (reason: Fault) => void,
): SqliteFile {
  try {
    return openTables(path, chainId)
  } catch (error) {
    // A power failure may leave a file that is not a database.
    if (!isFault(error) || !isUnusableFile(error)) throw error
    removeFile(path)
    onReplaced(error)
    return openTables(path, chainId)
  }
}

function openTables(path: string, chainId: bigint | undefined): SqliteFile {
  const pragmas = 'PRAGMA cache_size = -4096; PRAGMA synchronous = OFF'
  const lockedAdvice =
    'another process that shares the cache writes for too long; see whether the disk is slow'
  const file = new SqliteFile(path, { code: 'l1-cache', pragmas, lockedAdvice })
  try {
    file.ensureTables({ schema, version, ...(chainId !== undefined && { chainId }) })
    return file
  } catch (error) {
    file.close()
    throw error
  }
}
