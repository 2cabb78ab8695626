import type { Damage } from './damage.ts'

/** The behaviour of a node with a damaged file. */
export type Outcome =
  /** The node continues. If data is lost, the log of the node matches `says`. */
  | { readonly kind: 'goes-on'; readonly says?: RegExp }
  /** The node waits, with a reason on `/readyz` that matches `says`. The node continues when the file is restored. */
  | { readonly kind: 'waits'; readonly says: RegExp }
  /** The node exits with code 2. The output matches `says`, and names the file or its folder. */
  | { readonly kind: 'ends'; readonly says: RegExp; readonly names?: 'folder' }

/** The outcome for files whose path matches `files`, if they are damaged in one of the ways `how`. */
interface Rule {
  readonly files: RegExp
  readonly how: readonly Damage[]
  /** The rule applies only to files of a stopped node, where no write-ahead log of a database hides the damage. */
  readonly after?: 'stopped'
  readonly outcome: Outcome
}

const lostHistory =
  /the safe-head history is unusable and starts empty: the safe heads of L1 blocks derived earlier/u

/** The first rule that matches applies. If none matches, the node continues and no data is lost. */
const rules: readonly Rule[] = [
  {
    files: /^execution\/chain\.sqlite/u,
    how: ['read-only'],
    outcome: {
      kind: 'ends',
      says: /chain-database: .*readonly database.*\n.*see that the database is writable/u,
    },
  },
  {
    files: /^execution\/chain\.sqlite$/u,
    how: ['truncated', 'random'],
    outcome: {
      kind: 'ends',
      says: /chain-database: .*\n.*if the database is damaged.*, delete it/u,
    },
  },
  {
    files: /^execution\/chain\.sqlite$/u,
    how: ['of another chain'],
    outcome: { kind: 'ends', says: /delete it|another --data-dir/u },
  },
  {
    files: /^execution\/chain\.sqlite-wal$/u,
    how: ['of another chain'],
    outcome: { kind: 'ends', says: /delete it|another --data-dir/u },
  },
  {
    files: /^jwt\.hex$/u,
    how: ['truncated', 'random', 'missing'],
    outcome: { kind: 'ends', says: /want a secret of 32 bytes in hex/u },
  },
  {
    files: /^jwt\.hex$/u,
    how: ['of another chain'],
    outcome: {
      kind: 'waits',
      says: /give Atoll and the execution client the same --jwt-secret-file/u,
    },
  },
  {
    files: /bus\/keys\//u,
    how: ['truncated', 'random'],
    outcome: { kind: 'ends', says: /bad-key: .*; delete it, and the next start makes a new one/u },
  },
  {
    files: /bus\/(?:atoll-bus\.json|url|nats-server\.conf|store\/.*)$/u,
    how: ['read-only'],
    outcome: {
      kind: 'ends',
      says: /folder-refused: .*\n.*see that all files in the folder are writable/u,
    },
  },
  {
    files: /bus\/atoll-bus\.json$/u,
    how: ['of another chain'],
    outcome: {
      kind: 'ends',
      names: 'folder',
      says: /folder-taken: .* is the bus of node main of chain 906: .*delete/u,
    },
  },
  {
    files: /safe-heads\.sqlite/u,
    how: ['read-only'],
    outcome: {
      kind: 'waits',
      says: /safe-heads\.sqlite: attempt to write a readonly database.*make the file and its folder writable/u,
    },
  },
  {
    files: /safe-heads\.sqlite$/u,
    how: ['truncated', 'random', 'of another chain'],
    after: 'stopped',
    outcome: { kind: 'goes-on', says: lostHistory },
  },
  {
    files: /l1-cache\.sqlite/u,
    how: ['read-only'],
    outcome: { kind: 'goes-on', says: /the L1 cache failed and is not used until/u },
  },
  {
    files: /gossip\/p2p-key\.hex$/u,
    how: ['truncated', 'random'],
    outcome: { kind: 'ends', says: /bad-key: .*p2p-key\.hex/u },
  },
  {
    files: /peers\.sqlite/u,
    how: ['read-only'],
    outcome: { kind: 'goes-on', says: /the peer store cannot be written/u },
  },
  {
    files: /peers\.sqlite$/u,
    how: ['truncated', 'random', 'of another chain'],
    after: 'stopped',
    outcome: { kind: 'goes-on', says: /the peer store is unusable and starts empty/u },
  },
  {
    files: /health-url$/u,
    how: ['read-only'],
    outcome: { kind: 'goes-on', says: /the address of health and metrics in .* is not that of/u },
  },
]

/** The expected behaviour of a node that is started with a damaged file. */
export function expectedOf(
  file: string,
  { how, after }: { readonly how: Damage; readonly after: 'stopped' | 'killed' },
): Outcome {
  const rule = rules.find(
    (each) => each.files.test(file) && each.how.includes(how) && (each.after ?? after) === after,
  )
  return rule?.outcome ?? { kind: 'goes-on' }
}
