import { rmSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { BlockId } from '#protocol/block/refs.ts'
import { fromHex, toHash } from '#protocol/codec/hex.ts'
import type { Hash } from '#protocol/primitives.ts'
import { Fault } from '#runtime/fault.ts'

/** File of the cache, in the data folder of da-watcher. */
export const cacheFile = 'l1-cache.sqlite'

/** Version of the tables; a file of another is made anew, since all in it can be fetched again. */
const schemaVersion = 1

const schema = `
DROP TABLE IF EXISTS blocks; DROP TABLE IF EXISTS blobs;
CREATE TABLE blocks (
  hash BLOB PRIMARY KEY, number INTEGER NOT NULL, is_final INTEGER NOT NULL, told BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX blocks_by_number ON blocks (number);
CREATE TABLE blobs (hash BLOB PRIMARY KEY, number INTEGER NOT NULL, data BLOB NOT NULL);
CREATE INDEX blobs_by_number ON blobs (number);
`

/** Blocks that are removed at once. */
const removedAtOnce = 8

/**
 * A file of verified L1 blocks and blobs, which several processes of one machine may share. What is oldest goes when it is full.
 * All in it can be fetched again, so a file that is broken is no loss.
 */
export class L1Cache {
  readonly #database: DatabaseSync
  readonly #maxBytes: number
  readonly #statements = new Map<string, StatementSync>()

  /**
   * Opens a file, or makes it.
   *
   * @throws Fault `l1-cache` if it cannot be opened
   */
  constructor(path: string, { maxBytes }: { readonly maxBytes: number }) {
    this.#maxBytes = maxBytes
    try {
      this.#database = open(path)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      const detail = `cannot open ${path}: ${why}; remove it, or give another --data-dir`
      throw new Fault('l1-cache', { severity: 'critical', detail, cause })
    }
  }

  /** Hashes of the blocks of a number, and whether one is known to be final. */
  blocksAt(number: bigint): readonly { readonly hash: Hash; readonly isFinal: boolean }[] {
    const sql = 'SELECT hash, is_final FROM blocks WHERE number = ?'
    return this.#all(sql, Number(number)).map((row) => {
      return { hash: toHash(bytesOf(row['hash'])), isFinal: row['is_final'] === 1 }
    })
  }

  /** What was put there for a block. */
  block(hash: Hash): Uint8Array | undefined {
    const [row] = this.#all('SELECT told FROM blocks WHERE hash = ?', fromHex(hash))
    return row && bytesOf(row['told'])
  }

  blob(versionedHash: Hash): Uint8Array | undefined {
    const [row] = this.#all('SELECT data FROM blobs WHERE hash = ?', fromHex(versionedHash))
    return row && bytesOf(row['data'])
  }

  putBlock({ hash, number }: BlockId, told: Uint8Array): void {
    const sql = 'INSERT OR IGNORE INTO blocks (hash, number, is_final, told) VALUES (?, ?, 0, ?)'
    this.#run(sql, fromHex(hash), Number(number), told)
    this.#makeRoom()
  }

  putBlob(versionedHash: Hash, number: bigint, data: Uint8Array): void {
    const sql = 'INSERT OR REPLACE INTO blobs (hash, number, data) VALUES (?, ?, ?)'
    this.#run(sql, fromHex(versionedHash), Number(number), data)
    this.#makeRoom()
  }

  /** Notes that a block is the final one of its number. */
  markFinal({ hash, number }: BlockId): void {
    this.#run('UPDATE blocks SET is_final = 1 WHERE hash = ? AND is_final = 0', fromHex(hash))
    this.#run('DELETE FROM blocks WHERE number = ? AND hash <> ?', Number(number), fromHex(hash))
  }

  /** The lowest and the highest number of a block there is; undefined if there is none. */
  range(): { readonly first: bigint; readonly last: bigint } | undefined {
    const [row] = this.#all('SELECT min(number) AS first, max(number) AS last FROM blocks')
    const { first, last } = row ?? {}
    if (typeof first !== 'number' || typeof last !== 'number') return undefined
    return { first: BigInt(first), last: BigInt(last) }
  }

  /** Bytes that the file has in use. */
  get bytes(): number {
    const pragma = (name: string) => Number(this.#all(`PRAGMA ${name}`)[0]?.[name] ?? 0)
    return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size')
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }

  #makeRoom(): void {
    while (this.bytes > this.#maxBytes) {
      const sql = `SELECT number FROM (
        SELECT number FROM blocks UNION SELECT number FROM blobs) ORDER BY number LIMIT ?`
      const last = this.#all(sql, removedAtOnce).at(-1)?.['number']
      if (typeof last !== 'number') return
      this.#run('DELETE FROM blocks WHERE number <= ?', last)
      this.#run('DELETE FROM blobs WHERE number <= ?', last)
    }
  }

  #run(sql: string, ...values: readonly SQLInputValue[]): void {
    this.#statement(sql).run(...values)
  }

  #all(sql: string, ...values: readonly SQLInputValue[]): readonly Record<string, unknown>[] {
    return this.#statement(sql).all(...values)
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const prepared = this.#database.prepare(sql)
    this.#statements.set(sql, prepared)
    return prepared
  }
}

function open(path: string): DatabaseSync {
  try {
    return openTables(path)
  } catch (error) {
    // A machine that lost its power may leave a file that is none any more.
    if (!(error instanceof Error && brokenCodes.includes((error as SqliteError).errcode)))
      throw error
    for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true })
    return openTables(path)
  }
}

interface SqliteError extends Error {
  readonly errcode?: unknown
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const brokenCodes: readonly unknown[] = [11, 26]

function openTables(path: string): DatabaseSync {
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA busy_timeout = 2000; PRAGMA cache_size = -4096')
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF')
    const { user_version: version } = database.prepare('PRAGMA user_version').get() as {
      readonly user_version: number
    }
    if (version !== schemaVersion)
      database.exec(`BEGIN IMMEDIATE; ${schema} PRAGMA user_version = ${schemaVersion}; COMMIT`)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw new TypeError('a column of the cache has no bytes')
}
