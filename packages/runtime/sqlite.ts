import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { Fault } from './fault.ts'

/** A row, by the names of its columns; integers are `bigint`. */
export type Row = Readonly<Record<string, unknown>>

/** Tables of a file. */
export interface Tables {
  /** Statements that make them. */
  readonly schema: string
  readonly version: bigint
}

interface SqliteOptions {
  /** Code of the faults. */
  readonly code: 'chain-database' | 'l1-cache' | 'safe-head-history'
  /** Settings of the connection. */
  readonly pragmas: string
  /** What to say when another process holds its lock for longer than `busyTimeoutMs`. */
  readonly lockedAdvice: string
}

/** How long a lock that another process holds is waited for. */
const busyTimeoutMs = 2_000

/** A file of SQLite. What it throws is a Fault of its code that names the file. */
export class SqliteFile {
  readonly #path: string
  readonly #code: 'chain-database' | 'l1-cache' | 'safe-head-history'
  readonly #lockedAdvice: string
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  /**
   * Opens a file, or makes it.
   *
   * @param path `:memory:` for none
   */
  constructor(path: string, { code, pragmas, lockedAdvice }: SqliteOptions) {
    this.#path = path
    this.#code = code
    this.#lockedAdvice = lockedAdvice
    this.#database = this.#guarded(() => new DatabaseSync(path, { readBigInts: true }))
    try {
      const common = `PRAGMA busy_timeout = ${busyTimeoutMs}; PRAGMA journal_mode = WAL;`
      this.#guarded(() => this.#database.exec(`${common} ${pragmas}`))
    } catch (error) {
      this.#database.close()
      throw error
    }
  }

  /** Makes the tables, unless they are there already. */
  ensureTables({ schema, version }: Tables): void {
    if (this.#version !== version) this.#makeTables({ schema, version })
  }

  /** Takes the file for this process alone, and makes the tables if it is new. One of another release is not touched. */
  own({ schema, version }: Tables): void {
    this.#guarded(() => this.#database.exec('PRAGMA locking_mode = EXCLUSIVE'))
    const found = this.#version
    if (found === 0n) this.#makeTables({ schema, version })
    else if (found !== version)
      throw this.#fault(`is of another release (${found}, this one has ${version})`)
    // Takes the lock.
    else this.#guarded(() => this.#database.exec('BEGIN IMMEDIATE; COMMIT'))
  }

  /** All of it, or nothing. */
  transaction<Result>(work: () => Result): Result {
    return this.#guarded(() => {
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
    })
  }

  /** @returns how many rows it changed */
  run(sql: string, ...values: readonly SQLInputValue[]): number {
    return this.#guarded(() => Number(this.#statement(sql).run(...values).changes))
  }

  get(sql: string, ...values: readonly SQLInputValue[]): Row | undefined {
    return this.#guarded(() => this.#statement(sql).get(...values))
  }

  all(sql: string, ...values: readonly SQLInputValue[]): readonly Row[] {
    return this.#guarded(() => this.#statement(sql).all(...values))
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }

  get #version(): bigint {
    return integerIn(this.get('PRAGMA user_version') ?? {}, 'user_version')
  }

  #makeTables({ schema, version }: Tables): void {
    const sql = `BEGIN IMMEDIATE; ${schema} PRAGMA user_version = ${version}; COMMIT`
    this.#guarded(() => this.#database.exec(sql))
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const prepared = this.#database.prepare(sql)
    this.#statements.set(sql, prepared)
    return prepared
  }

  #guarded<Result>(work: () => Result): Result {
    try {
      return work()
    } catch (cause) {
      if (!isSqliteError(cause)) throw cause
      const advice = cause.message.includes('locked') ? `: ${this.#lockedAdvice}` : ''
      throw this.#fault(`${cause.message}${advice}`, cause)
    }
  }

  #fault(what: string, cause?: Error): Fault {
    const detail = `${this.#path}: ${what}`
    return new Fault(this.#code, { detail, cause })
  }
}

/**
 * Opens a file that one process has at a time: two would each believe in a state of its own. A process that is killed loses
 * nothing that was committed; a machine that loses power may.
 */
export function openOwnFile(
  path: string,
  options: Omit<SqliteOptions, 'lockedAdvice'> & Tables,
): SqliteFile {
  const { code } = options
  const pragmas = `PRAGMA synchronous = NORMAL; ${options.pragmas}`
  const lockedAdvice = 'another process has it; end that, or give another folder'
  const file = new SqliteFile(path, { code, pragmas, lockedAdvice })
  try {
    file.own(options)
    return file
  } catch (error) {
    file.close()
    throw error
  }
}

/** Whether what was thrown says that a file is no database any more. */
export function isBrokenFile(error: unknown): boolean {
  const { cause } = error instanceof Fault ? error : {}
  return isSqliteError(cause) && brokenCodes.includes(cause.errcode)
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const brokenCodes: readonly unknown[] = [11, 26]

function isSqliteError(error: unknown): error is Error & { readonly errcode?: unknown } {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR'
}

/** A column that holds bytes. */
export function bytesIn(row: Row, column: string): Uint8Array {
  const value = row[column]
  if (value instanceof Uint8Array) return value
  throw new TypeError(`${column} holds no bytes`)
}

/** A column that holds an integer. */
export function integerIn(row: Row, column: string): bigint {
  const value = row[column]
  if (typeof value === 'bigint') return value
  throw new TypeError(`${column} holds no integer`)
}
