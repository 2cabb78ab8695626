import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { Fault } from '#runtime/fault.ts'

/** Version of the tables; a file of another is refused rather than misread. */
const schemaVersion = 2

const schema = `
CREATE TABLE nodes (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, refs INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE ref_changes (id INTEGER PRIMARY KEY, changes BLOB NOT NULL);
CREATE TABLE codes (hash BLOB PRIMARY KEY, code BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE blocks (
  id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, number INTEGER NOT NULL, header BLOB NOT NULL, body BLOB NOT NULL,
  receipts BLOB NOT NULL, has_state INTEGER NOT NULL
);
CREATE INDEX blocks_with_state ON blocks (number) WHERE has_state = 1;
CREATE TABLE canonical (number INTEGER PRIMARY KEY, hash BLOB NOT NULL);
CREATE TABLE transactions (hash BLOB PRIMARY KEY, block BLOB NOT NULL, position INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE config (id INTEGER PRIMARY KEY, json BLOB NOT NULL);
CREATE TABLE labels (name TEXT PRIMARY KEY, hash BLOB NOT NULL) WITHOUT ROWID;
`

/** The file of a chain. A process that is killed loses nothing that was committed; a machine that loses power may. */
export class ChainDatabase {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  /**
   * Opens a file, or makes it.
   *
   * @param path `:memory:` for none
   * @throws Fault `chain-database` if it cannot be opened, or is of another release
   */
  constructor(path: string) {
    try {
      this.#database = new DatabaseSync(path)
    } catch (cause) {
      throw cannotOpen(path, cause)
    }
    try {
      this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
      this.#database.exec('PRAGMA cache_size = -65536; PRAGMA busy_timeout = 2000')
      // 16 MiB: each checkpoint waits for the disk.
      this.#database.exec('PRAGMA wal_autocheckpoint = 4096')
      this.#prepareTables(path)
    } catch (cause) {
      this.#database.close()
      throw cannotOpen(path, cause)
    }
  }

  #prepareTables(path: string): void {
    // Two processes on one file would each believe in a head of its own.
    if (path !== ':memory:') this.#database.exec('PRAGMA locking_mode = EXCLUSIVE')
    const { user_version: version } = this.#database.prepare('PRAGMA user_version').get() as {
      readonly user_version: number
    }
    if (version === schemaVersion) {
      // Takes the lock.
      this.#database.exec('BEGIN IMMEDIATE; COMMIT')
      return
    }
    if (version !== 0) {
      const detail = `${path} is of another release (${version}, this one has ${schemaVersion})`
      throw new Fault('chain-database', { severity: 'critical', detail })
    }
    this.#database.exec(`BEGIN IMMEDIATE; ${schema} PRAGMA user_version = ${schemaVersion}; COMMIT`)
  }

  /** All of it, or nothing. */
  transaction<Result>(work: () => Result): Result {
    this.#database.exec('BEGIN')
    try {
      const result = work()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      // A full disk has ended it already.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  run(sql: string, ...values: readonly (Uint8Array | number | string)[]): number {
    return Number(this.#statement(sql).run(...values).changes)
  }

  get(sql: string, ...values: readonly (Uint8Array | number | string)[]): Row | undefined {
    return this.#statement(sql).get(...values) as Row | undefined
  }

  all(sql: string, ...values: readonly (Uint8Array | number | string)[]): readonly Row[] {
    return this.#statement(sql).all(...values) as unknown as readonly Row[]
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const prepared = this.#database.prepare(sql)
    this.#statements.set(sql, prepared)
    return prepared
  }
}

function cannotOpen(path: string, cause: unknown): unknown {
  if (cause instanceof Fault || !(cause instanceof Error)) return cause
  const advice = cause.message.includes('locked')
    ? ': another process has it; end that, or give another folder'
    : ''
  const detail = `cannot open ${path}: ${cause.message}${advice}`
  return new Fault('chain-database', { severity: 'critical', detail, cause })
}

/** A row, by the names of its columns. */
export type Row = Readonly<Record<string, Uint8Array | number | string | null>>

/** A column that holds bytes. */
export function blob(row: Row, column: string): Uint8Array {
  const value = row[column]
  if (value instanceof Uint8Array) return value
  throw new TypeError(`${column} holds no bytes`)
}
