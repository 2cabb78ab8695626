import { HashedKeys } from '#execution-client/state/hashed-keys.ts'
import type { StateChanges, StateSource } from '#execution-client/state/world-state.ts'
import { referencesOf } from '#execution-client/trie/node-references.ts'
import { bytesIn, type SqliteFile } from '#runtime/sqlite.ts'
import { ReferenceChanges } from './reference-changes.ts'

/**
 * Number of notes after which reference counts are updated. A note is a row with the changes of reference counts by one
 * stored or pruned state. At this number, the changes in all notes are summed for each trie node, and each sum is added
 * to the count in the row of the node. A new block increments counts that a pruned block decrements, so most changes
 * cancel out. Without sums, each block would write the rows of all children of each changed branch.
 */
const notesBetweenSums = 512

/** Limit on cached codes; each has at most 24 KB. */
const maxCachedCodes = 4_096

/**
 * Trie nodes and codes of a chain, in memory for blocks that are not canonical, and in the database for other blocks.
 * A stored node counts its references and is deleted at zero, so that pruning a state frees the nodes that only this
 * state used.
 */
export class StateStore implements StateSource {
  readonly keys: HashedKeys = new HashedKeys()
  readonly #database: SqliteFile
  readonly #pendingNodes = new Map<string, { data: Uint8Array; uses: number }>()
  readonly #pendingCodes = new Map<string, { data: Uint8Array; uses: number }>()
  readonly #codes = new Map<string, Uint8Array>()
  /** Sums of the changes that are not yet written to the rows of the nodes. */
  readonly #references = new ReferenceChanges()
  #notes = 0

  constructor(database: SqliteFile) {
    this.#database = database
    this.readReferences()
  }

  /** Reloads the changes from the database, after a failed transaction. */
  readReferences(): void {
    this.#references.clear()
    this.#notes = 0
    for (const row of this.#database.all('SELECT changes FROM ref_changes')) {
      this.#references.addEncoded(bytesIn(row, 'changes'))
      this.#notes++
    }
  }

  node(hash: Uint8Array): Uint8Array {
    const pending = this.#pendingNodes.get(keyOf(hash))
    if (pending !== undefined) return pending.data
    const row = this.#database.get('SELECT data FROM nodes WHERE hash = ?', hash)
    if (row === undefined) throw new MissingState(hash)
    return bytesIn(row, 'data')
  }

  code(hash: Uint8Array): Uint8Array {
    const key = keyOf(hash)
    const known = this.#pendingCodes.get(key)?.data ?? this.#codes.get(key)
    if (known !== undefined) return known
    const row = this.#database.get('SELECT code FROM codes WHERE hash = ?', hash)
    if (row === undefined) throw new MissingState(hash)
    const code = bytesIn(row, 'code')
    if (this.#codes.size >= maxCachedCodes) this.#codes.clear()
    this.#codes.set(key, code)
    return code
  }

  /** Holds the state of a block in memory, until it is stored or dropped. */
  hold({ nodes, codes }: StateChanges): void {
    for (const [hash, data] of nodes) use(this.#pendingNodes, hash, data)
    for (const [hash, data] of codes) use(this.#pendingCodes, hash, data)
  }

  /** Drops a held state. */
  release({ nodes, codes }: StateChanges): void {
    for (const [hash] of nodes) unuse(this.#pendingNodes, hash)
    for (const [hash] of codes) unuse(this.#pendingCodes, hash)
  }

  /** Stores the state of a block, within a transaction of the caller. */
  keep({ root, nodes, codes }: StateChanges): void {
    const database = this.#database
    for (const [hash, code] of codes)
      database.run('INSERT OR IGNORE INTO codes (hash, code) VALUES (?, ?)', hash, code)
    const changes = new ReferenceChanges()
    for (const [hash, data] of nodes) {
      const sql = 'INSERT OR IGNORE INTO nodes (hash, refs, data) VALUES (?, 0, ?)'
      if (database.run(sql, hash, data) === 0) continue
      for (const child of referencesOf(data)) changes.add(child, 1)
    }
    changes.add(root, 1)
    this.#note(changes)
  }

  /** Prunes the state with a root, within a transaction of the caller: nodes without other references are deleted. */
  forget(root: Uint8Array): void {
    const changes = new ReferenceChanges()
    const leaving = [root]
    for (let hash = leaving.pop(); hash !== undefined; hash = leaving.pop()) {
      changes.add(hash, -1)
      const row = this.#database.get('SELECT id, refs, data FROM nodes WHERE hash = ?', hash)
      if (row === undefined) continue
      const left = Number(row['refs']) + this.#references.of(hash) + changes.of(hash)
      if (left > 0) continue
      leaving.push(...referencesOf(bytesIn(row, 'data')))
      this.#database.run('DELETE FROM nodes WHERE id = ?', Number(row['id']))
      // Cancels all changes of the deleted node that are not in its row yet, so that its count starts from zero if the
      // node is stored again.
      changes.add(hash, -changes.of(hash) - this.#references.of(hash))
    }
    this.#note(changes)
  }

  /** Appends the changes, which is fast. At intervals, writes the sums of the changes to the node rows. */
  #note(changes: ReferenceChanges): void {
    this.#database.run('INSERT INTO ref_changes (changes) VALUES (?)', changes.encode())
    this.#references.addAll(changes)
    this.#notes++
    if (this.#notes < notesBetweenSums) return
    for (const [hash, change] of this.#references.entries())
      this.#database.run('UPDATE nodes SET refs = refs + ? WHERE hash = ?', change, hash)
    this.#database.run('DELETE FROM ref_changes')
    this.#references.clear()
    this.#notes = 0
  }
}

/** Thrown if a state was pruned or is unknown. */
class MissingState extends Error {
  override readonly name = 'MissingState'

  constructor(hash: Uint8Array) {
    super(`missing trie node ${Buffer.from(hash).toString('hex')}: the state was pruned`)
  }
}

type Held = Map<string, { data: Uint8Array; uses: number }>

function use(held: Held, hash: Uint8Array, data: Uint8Array): void {
  const known = held.get(keyOf(hash))
  if (known === undefined) held.set(keyOf(hash), { data, uses: 1 })
  else known.uses++
}

function unuse(held: Held, hash: Uint8Array): void {
  const known = held.get(keyOf(hash))
  if (known !== undefined && --known.uses === 0) held.delete(keyOf(hash))
}

function keyOf(hash: Uint8Array): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.length).toString('latin1')
}
