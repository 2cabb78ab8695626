import type { Blocked } from '#libp2p/peer-gate.ts'
import type { Ban } from '#messages/fetch-peers.ts'
import type { Hash } from '#protocol/primitives.ts'
import { toHash } from '#protocol/codec/hex.ts'
import { bytesIn, openOwnFile, integerIn, type Row, type SqliteFile } from '#runtime/sqlite.ts'
import { fromHex } from '#protocol/codec/hex.ts'
import { maxKnown, type PeerAddress } from './known-peers.ts'

/** Number of addresses that are stored for a peer. */
const maxAddresses = 8

/** Number of records of nodes that are stored. As in kona-node. */
const maxRecords = 2_048

/** Number of own blocks whose hashes are stored, so that no own block is sent again after a restart. */
const maxSentBlocks = 64

const schema = `
  CREATE TABLE peers (id TEXT PRIMARY KEY, addresses TEXT NOT NULL, seen_ms INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE bans (kind TEXT NOT NULL, name TEXT NOT NULL, until_ms INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;
  CREATE TABLE blocked (kind TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;
  CREATE TABLE records (text TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE sent_blocks (position INTEGER PRIMARY KEY, hash BLOB NOT NULL);
`

/**
 * The data of one libp2p host on disk: peers, bans, peers and addresses that operators block, discovery records, and
 * hashes of own blocks.
 */
export class PeerStore {
  readonly #file: SqliteFile

  /** Opens the file, or creates it. @throws Fault `peer-store` */
  constructor(path: string, chainId: bigint) {
    this.#file = openOwnFile(path, {
      code: 'peer-store',
      pragmas: '',
      schema,
      version: 2n,
      chainId,
    })
  }

  /** Peers that were connected, the most recent first. */
  peers(): readonly PeerAddress[] {
    return this.#file
      .all('SELECT id, addresses FROM peers ORDER BY seen_ms DESC LIMIT ?', maxKnown)
      .map((row) => ({ id: textIn(row, 'id'), addresses: textIn(row, 'addresses').split(' ') }))
  }

  /** Adds peers, or their new addresses. */
  putPeers(peers: readonly PeerAddress[], nowMs: number): void {
    this.#file.transaction(() => {
      for (const { id, addresses } of peers)
        this.#file.run(
          'INSERT OR REPLACE INTO peers VALUES (?, ?, ?)',
          id,
          addresses.slice(0, maxAddresses).join(' '),
          nowMs,
        )
      this.#file.run(
        'DELETE FROM peers WHERE id NOT IN (SELECT id FROM peers ORDER BY seen_ms DESC LIMIT ?)',
        maxKnown,
      )
    })
  }

  removePeer(id: string): void {
    this.#file.run('DELETE FROM peers WHERE id = ?', id)
  }

  /** All bans, also those that are over. */
  bans(): readonly Ban[] {
    return this.#file.all('SELECT kind, name, until_ms, reason FROM bans').map((row) => ({
      kind: textIn(row, 'kind') === 'ip' ? 'ip' : 'peer',
      name: textIn(row, 'name'),
      untilMs: Number(integerIn(row, 'until_ms')),
      reason: textIn(row, 'reason'),
    }))
  }

  /** Adds a ban, and removes the bans that are over. */
  addBan({ kind, name, untilMs, reason }: Ban, nowMs: number): void {
    this.#file.transaction(() => {
      this.#file.run('DELETE FROM bans WHERE until_ms <= ?', nowMs)
      this.#file.run('INSERT OR REPLACE INTO bans VALUES (?, ?, ?, ?)', kind, name, untilMs, reason)
    })
  }

  /** Replaces all bans. */
  setBans(bans: readonly Ban[]): void {
    this.#file.transaction(() => {
      this.#file.run('DELETE FROM bans')
      for (const { kind, name, untilMs, reason } of bans)
        this.#file.run(
          'INSERT OR REPLACE INTO bans VALUES (?, ?, ?, ?)',
          kind,
          name,
          untilMs,
          reason,
        )
    })
  }

  /** Peers, IPs and subnets that operators block. */
  blocked(): Blocked {
    const rows = this.#file.all('SELECT kind, name FROM blocked')
    const of = (kind: keyof Blocked) =>
      rows.filter((row) => textIn(row, 'kind') === kind).map((row) => textIn(row, 'name'))
    return { peers: of('peers'), ips: of('ips'), subnets: of('subnets') }
  }

  /** Replaces the peers, IPs and subnets that operators block. */
  setBlocked(blocked: Blocked): void {
    this.#file.transaction(() => {
      this.#file.run('DELETE FROM blocked')
      for (const [kind, names] of Object.entries(blocked))
        for (const name of names) this.#file.run('INSERT INTO blocked VALUES (?, ?)', kind, name)
    })
  }

  /** Records of nodes of discovery, of any chain. */
  records(): readonly string[] {
    return this.#file.all('SELECT text FROM records').map((row) => textIn(row, 'text'))
  }

  /** Replaces the records. If there are no new records, the old records are kept. */
  setRecords(records: readonly string[]): void {
    if (records.length === 0) return
    this.#file.transaction(() => {
      this.#file.run('DELETE FROM records')
      for (const text of records.slice(0, maxRecords))
        this.#file.run('INSERT OR REPLACE INTO records VALUES (?)', text)
    })
  }

  /** Own blocks that were sent, the oldest first. */
  sentBlocks(): readonly Hash[] {
    return this.#file
      .all('SELECT hash FROM sent_blocks ORDER BY position')
      .map((row) => toHash(bytesIn(row, 'hash')))
  }

  /** Adds a block that was sent. */
  addSentBlock(hash: Hash): void {
    this.#file.transaction(() => {
      this.#file.run('INSERT INTO sent_blocks (hash) VALUES (?)', fromHex(hash))
      this.#file.run(
        'DELETE FROM sent_blocks WHERE position <= (SELECT max(position) FROM sent_blocks) - ?',
        maxSentBlocks,
      )
    })
  }

  close(): void {
    this.#file.close()
  }
}

function textIn(row: Row, column: string): string {
  const value = row[column]
  if (typeof value === 'string') return value
  throw new TypeError(`${column} holds no text`)
}
