import { decodeHeader, encodeHeader, type Header } from '#protocol/block/header.ts'
import { fromHex, toHash } from '#protocol/codec/hex.ts'
import { decodeRlpList, encodeRlp, rlpBytes } from '#protocol/codec/rlp.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import type { Hash } from '#protocol/primitives.ts'
import type { Receipt } from '#execution-client/transition/receipt.ts'
import { bytesIn, type Row, type SqliteFile } from '#runtime/sqlite.ts'
import { decodeReceipts, encodeReceipts } from './receipt-codec.ts'

/** A block header with its hash. */
export interface KnownBlock {
  readonly hash: Hash
  readonly header: Header
}

/** The body and receipts of a block. */
export interface BlockBody {
  /** In order of the block. */
  readonly transactions: readonly Uint8Array[]
  readonly receipts: readonly Receipt[]
}

/** Labels set by the forkchoice. */
export type Label = 'head' | 'safe' | 'finalized'

/** The position of a transaction. */
export interface TransactionPlace {
  readonly block: Hash
  readonly position: number
}

/** Blocks of a chain in its database. Writes must be in a transaction of the caller. */
export class BlockStore {
  readonly #database: SqliteFile

  constructor(database: SqliteFile) {
    this.#database = database
  }

  header(hash: Hash): Header | undefined {
    const sql = 'SELECT header FROM blocks WHERE hash = ?'
    const row = this.#database.get(sql, fromHex(hash))
    return row && decodeHeader(bytesIn(row, 'header'))
  }

  body(hash: Hash): BlockBody | undefined {
    const sql = 'SELECT body, receipts FROM blocks WHERE hash = ?'
    const row = this.#database.get(sql, fromHex(hash))
    if (row === undefined) return undefined
    const transactions = decodeRlpList(bytesIn(row, 'body')).map((raw) => rlpBytes(raw))
    return { transactions, receipts: decodeReceipts(bytesIn(row, 'receipts')) }
  }

  /** The hash of the canonical block with a number. */
  canonical(number: bigint): Hash | undefined {
    const sql = 'SELECT hash FROM canonical WHERE number = ?'
    return hashIn(this.#database.get(sql, Number(number)))
  }

  /** The position of a transaction in the canonical chain. */
  place(transaction: Hash): TransactionPlace | undefined {
    const sql = `SELECT t.block AS hash, t.position FROM transactions t
      JOIN blocks b ON b.hash = t.block JOIN canonical c ON c.number = b.number AND c.hash = t.block
      WHERE t.hash = ?`
    const row = this.#database.get(sql, fromHex(transaction))
    const block = hashIn(row)
    return block && { block, position: Number(row?.['position']) }
  }

  label(name: Label): Hash | undefined {
    return hashIn(this.#database.get('SELECT hash FROM labels WHERE name = ?', name))
  }

  setLabel(name: Label, hash: Hash | undefined): void {
    if (hash === undefined) this.#database.run('DELETE FROM labels WHERE name = ?', name)
    else this.#database.run('INSERT OR REPLACE INTO labels VALUES (?, ?)', name, fromHex(hash))
  }

  /** Stores a block. @returns whether the block was new */
  put({ hash, header }: KnownBlock, { transactions, receipts }: BlockBody): boolean {
    const sql = `INSERT OR IGNORE INTO blocks (hash, number, header, body, receipts, has_state)
      VALUES (?, ?, ?, ?, ?, 1)`
    const added = this.#database.run(
      sql,
      fromHex(hash),
      Number(header.number),
      encodeHeader(header),
      encodeRlp(transactions),
      encodeReceipts(receipts),
    )
    return added > 0
  }

  hasState(hash: Hash): boolean {
    const row = this.#database.get('SELECT has_state FROM blocks WHERE hash = ?', fromHex(hash))
    return row?.['has_state'] === 1n
  }

  /** The oldest blocks, at most `limit`, that have a state and are not above `upTo`. */
  withState(upTo: bigint, limit: number): readonly KnownBlock[] {
    const sql = `SELECT hash, header FROM blocks
      WHERE has_state = 1 AND number <= ? ORDER BY number LIMIT ?`
    return this.#database.all(sql, Number(upTo), limit).map((row) => {
      return { hash: toHash(bytesIn(row, 'hash')), header: decodeHeader(bytesIn(row, 'header')) }
    })
  }

  /** Marks the state of a block as pruned. */
  markStatePruned({ hash }: KnownBlock): void {
    this.#database.run('UPDATE blocks SET has_state = 0 WHERE hash = ?', fromHex(hash))
  }

  /** Makes a block canonical, and indexes its transactions. */
  makeCanonical({ hash, header }: KnownBlock, transactions: readonly Uint8Array[]): void {
    const block = fromHex(hash)
    this.#database.run(
      'INSERT OR REPLACE INTO canonical VALUES (?, ?)',
      Number(header.number),
      block,
    )
    for (const [position, raw] of transactions.entries()) {
      const sql = 'INSERT OR REPLACE INTO transactions VALUES (?, ?, ?)'
      this.#database.run(sql, keccak256(raw), block, position)
    }
  }

  /** Removes all blocks above a number from the canonical chain. */
  cutCanonical(number: bigint): void {
    this.#database.run('DELETE FROM canonical WHERE number > ?', Number(number))
  }
}

function hashIn(row: Row | undefined): Hash | undefined {
  return row && toHash(bytesIn(row, 'hash'))
}
