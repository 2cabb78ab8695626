import type { Logger } from 'pino'
import { type BuiltFlashblock, builtFlashblockCodec } from '#messages/built-flashblock.ts'
import type { Bytes8 } from '#protocol/primitives.ts'
import {
  bytesIn,
  isDiskFailure,
  isUnusableFile,
  moveAside,
  openOwnFile,
  type SqliteFile,
} from '#runtime/sqlite.ts'

const schema = `
  CREATE TABLE flashblocks (
    number INTEGER NOT NULL, payload_id TEXT NOT NULL, position INTEGER NOT NULL, encoded BLOB NOT NULL,
    PRIMARY KEY (number, payload_id, position)
  ) WITHOUT ROWID;
`

/** The flashblocks of unfinished blocks on disk. */
export class FlashblockStore {
  readonly #file: SqliteFile
  #onFirst: (() => void) | undefined

  /**
   * Opens the file, or creates it.
   *
   * @param onFirst called when the first flashblock is stored
   * @throws Fault `flashblock-store`
   */
  constructor(path: string, chainId: bigint, onFirst?: () => void) {
    this.#onFirst = onFirst
    this.#file = openOwnFile(path, {
      code: 'flashblock-store',
      pragmas: '',
      schema,
      version: 1n,
      chainId,
    })
  }

  /** Stores a flashblock. A flashblock that is stored already stays as it is. */
  put(stored: BuiltFlashblock): void {
    this.#onFirst?.()
    this.#onFirst = undefined
    const { index, payloadId } = stored.flashblock
    this.#file.run(
      'INSERT OR IGNORE INTO flashblocks VALUES (?, ?, ?, ?)',
      stored.number,
      payloadId,
      index,
      builtFlashblockCodec.encode(stored),
    )
  }

  /** All flashblocks in the order of blocks and indices. */
  all(): readonly BuiltFlashblock[] {
    const sql = 'SELECT encoded FROM flashblocks ORDER BY number, payload_id, position'
    return this.#file.all(sql).map((row) => builtFlashblockCodec.decode(bytesIn(row, 'encoded')))
  }

  /** Removes the flashblocks with a payload id, from an index on. */
  remove(payloadId: Bytes8, index: number): void {
    const sql = 'DELETE FROM flashblocks WHERE payload_id = ? AND position >= ?'
    this.#file.run(sql, payloadId, index)
  }

  /** Removes the flashblocks of all blocks up to a number. */
  removeUpTo(number: bigint): void {
    this.#file.run('DELETE FROM flashblocks WHERE number <= ?', number)
  }

  close(): void {
    this.#file.close()
  }
}

/**
 * Opens the store. A file that is damaged or belongs to another chain is moved aside. Without a usable disk, flashblocks
 * are kept in memory only.
 *
 * @param path undefined for a store in memory
 */
export function openFlashblockStore(
  path: string | undefined,
  chainId: bigint,
  log: Pick<Logger, 'warn'>,
): FlashblockStore {
  if (path === undefined) {
    const advice = 'flashblocks are in memory only, and a restart loses them: set --data-dir'
    return new FlashblockStore(':memory:', chainId, () => log.warn(advice))
  }
  try {
    return openChecked(path, chainId)
  } catch (error) {
    if (isDiskFailure(error)) {
      log.warn({ error }, 'the store of flashblocks cannot be written: a restart loses them')
      return new FlashblockStore(':memory:', chainId)
    }
    if (!isUnusableFile(error)) throw error
    const movedTo = moveAside(path)
    log.warn({ error, movedTo }, 'the store of flashblocks is unusable and starts empty')
    return new FlashblockStore(path, chainId)
  }
}

/** Opens the store and reads it, because after a kill the write-ahead log may hide damage to the file. */
function openChecked(path: string, chainId: bigint): FlashblockStore {
  const store = new FlashblockStore(path, chainId)
  try {
    store.all()
    return store
  } catch (error) {
    store.close()
    throw error
  }
}
