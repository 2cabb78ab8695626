import { openOwnFile, type SqliteFile } from '#runtime/sqlite.ts'

/** Version of the tables; a file with another version is refused. */
const version = 2n

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

/**
 * Opens the database of a chain, or creates it.
 *
 * @param path path of the file; `:memory:` for a database in memory
 * @throws Fault `chain-database` if the file cannot be opened, is used by another process, or has another version
 */
export function openChainDatabase(path: string): SqliteFile {
  // A checkpoint is made only every 16 MiB, since each checkpoint waits for the disk.
  const pragmas = 'PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 4096'
  return openOwnFile(path, { code: 'chain-database', version, schema, pragmas })
}
