import { existsSync, renameSync, rmSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { asidePath } from './aside-path.ts'
import { freeSpace } from './disk-space.ts'
import { Fault, isSystemError } from './fault.ts'

/** A row by column name; integers are `bigint`. */
export type Row = Readonly<Record<string, unknown>>

/** Schema of a database file. */
export interface Tables {
  /** Statements that create the tables. */
  readonly schema: string
  readonly version: bigint
  /** The chain to which the data in the file belongs; absent if the data does not belong to a chain. */
  readonly chainId?: bigint
}

interface SqliteOptions {
  /** Code of the faults that operations on the file throw. */
  readonly code:
    'chain-database' | 'flashblock-store' | 'l1-cache' | 'peer-store' | 'safe-head-history'
  /** Pragmas of the connection. */
  readonly pragmas: string
  /** Error text if another process holds the lock for longer than `busyTimeoutMs`. */
  readonly lockedAdvice: string
}

/** How long to wait for a lock of another process. */
const busyTimeoutMs = 2_000

/** A SQLite file. The methods throw faults that have the given code and name the file. */
export class SqliteFile {
  /** As given to the constructor. */
  readonly path: string
  readonly #code:
    'chain-database' | 'flashblock-store' | 'l1-cache' | 'peer-store' | 'safe-head-history'
  readonly #lockedAdvice: string
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  /**
   * Opens a file, or creates it.
   *
   * @param path `:memory:` for a database without a file; empty for a file that is deleted when it is closed
   */
  constructor(path: string, { code, pragmas, lockedAdvice }: SqliteOptions) {
    this.path = path
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

  /** Creates the tables unless they exist. Throws for a file of another chain, which counts as unusable. */
  ensureTables({ chainId, ...tables }: Tables): void {
    if (this.#version !== tables.version) this.#makeTables(tables)
    this.#checkChain(chainId)
  }

  /**
   * Locks the file for this process. Creates the tables in a new file. Throws for a read-only file, a file of another
   * release, and a file of another chain. A file of another chain counts as unusable.
   */
  own({ schema, version, chainId }: Tables): void {
    this.#guarded(() => this.#database.exec('PRAGMA locking_mode = EXCLUSIVE'))
    const found = this.#version
    if (found === 0n) this.#makeTables({ schema, version })
    else if (found !== version)
      throw this.#fault(
        `another release wrote it (its tables have version ${found}, this release has ${version}): run that release, or move the file away`,
      )
    // This write takes the lock, and fails if the file is read-only. Without this failure, the connection would stay
    // read-only even after the file becomes writable.
    else {
      const sql = `BEGIN IMMEDIATE; PRAGMA user_version = ${version}; COMMIT`
      this.#guarded(() => this.#database.exec(sql))
    }
    this.#checkChain(chainId)
  }

  /** Marks a new file with its chain, and refuses a file of another chain. */
  #checkChain(chainId: bigint | undefined): void {
    if (chainId === undefined) return
    const mark = BigInt.asIntN(32, chainId)
    const found = integerIn(this.get('PRAGMA application_id') ?? {}, 'application_id')
    if (found === mark) return
    if (found !== 0n) throw this.#fault('belongs to another chain', new OtherChainError())
    this.#guarded(() => this.#database.exec(`PRAGMA application_id = ${mark}`))
  }

  /** Runs work in a transaction. */
  transaction<Result>(work: () => Result): Result {
    return this.#guarded(() => {
      this.#database.exec('BEGIN')
      try {
        const result = work()
        this.#database.exec('COMMIT')
        return result
      } catch (error) {
        // A full disk has already ended the transaction.
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
        throw error
      }
    })
  }

  /** Executes a statement. @returns the number of changed rows */
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
      const space = isDiskError(cause) ? `; ${freeSpace(this.path)}` : ''
      throw this.#fault(`${cause.message}${advice}${space}`, cause)
    }
  }

  #fault(what: string, cause?: Error): Fault {
    const detail = `${this.path}: ${what}`
    return new Fault(this.#code, { detail, cause })
  }
}

/**
 * Opens a file for exclusive use by this process, because two processes would each keep their own state. Committed data
 * survives a kill of the process, but it may be lost in a power failure.
 */
export function openOwnFile(
  path: string,
  options: Omit<SqliteOptions, 'lockedAdvice'> & Tables,
): SqliteFile {
  const { code } = options
  const pragmas = `PRAGMA synchronous = NORMAL; ${options.pragmas}`
  const lockedAdvice = 'another process has it; end that process, or give another folder'
  const file = new SqliteFile(path, { code, pragmas, lockedAdvice })
  try {
    file.own(options)
    return file
  } catch (error) {
    file.close()
    throw error
  }
}

/** Whether an error means that a file is damaged, is no database, or has the data of another chain. */
export function isUnusableFile(error: unknown): boolean {
  const { cause } = error instanceof Fault ? error : {}
  if (cause instanceof OtherChainError) return true
  return isSqliteError(cause) && isBroken(cause)
}

/** The cause of a fault for a file of another chain. */
class OtherChainError extends Error {
  override readonly name = 'OtherChainError'
}

/** Ends of the names of the files of a database. */
const fileEnds = ['', '-wal', '-shm']

/** Deletes the files of a database. */
export function removeFile(path: string): void {
  for (const end of fileEnds) rmSync(`${path}${end}`, { force: true })
}

/** Renames the files of an unusable database, without overwriting other files. @returns the new path */
export function moveAside(path: string): string {
  const aside = asidePath(path)
  for (const end of fileEnds)
    if (existsSync(`${path}${end}`)) renameSync(`${path}${end}`, `${aside}${end}`)
  return aside
}

/**
 * Whether an error means that a disk is full, read-only or missing. When the disk is in order again, the same work
 * succeeds.
 */
export function isDiskFailure(error: unknown): boolean {
  if (isSystemError(error)) return true
  const { cause } = error instanceof Fault ? error : {}
  return isSqliteError(cause) && isDiskError(cause)
}

/** Whether the cause of an error may end without a change of settings: a full disk, an I/O error, or a lock. */
export function mayPass(error: unknown): boolean {
  if (isSystemError(error)) return passingErrors.includes(error.code)
  return isSqliteError(error) && !isBroken(error) && passingCodes.includes(primaryCodeOf(error))
}

const passingErrors: readonly string[] = ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS']

/** SQLITE_BUSY, SQLITE_LOCKED, SQLITE_IOERR and SQLITE_FULL. */
const passingCodes: readonly number[] = [5, 6, 10, 13]

function isBroken(error: SqliteError): boolean {
  return Number(error.errcode) === shortReadCode || brokenCodes.includes(primaryCodeOf(error))
}

function isDiskError(error: SqliteError): boolean {
  return !isBroken(error) && diskCodes.includes(primaryCodeOf(error))
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const brokenCodes: readonly number[] = [11, 26]

/** SQLITE_IOERR_SHORT_READ: the file has lost its end, so the same read fails again. */
const shortReadCode = 522

/** SQLITE_PERM, SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL and SQLITE_CANTOPEN. */
const diskCodes: readonly number[] = [3, 8, 10, 13, 14]

/** An error of SQLite. */
type SqliteError = Error & { readonly errcode?: unknown }

/** The low byte of an extended result code. */
function primaryCodeOf({ errcode }: SqliteError): number {
  return Number(errcode) & 0xff
}

function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR'
}

/** Reads a column of bytes. */
export function bytesIn(row: Row, column: string): Uint8Array {
  const value = row[column]
  if (value instanceof Uint8Array) return value
  throw new TypeError(`${column} holds no bytes`)
}

/** Reads an integer column. */
export function integerIn(row: Row, column: string): bigint {
  const value = row[column]
  if (typeof value === 'bigint') return value
  throw new TypeError(`${column} holds no integer`)
}
