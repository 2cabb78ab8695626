/** The attacks of hostile clients of the JSON-RPC. */
export const rpcAttacks = [
  'giant-batches',
  'costly-batches',
  'large-bodies',
  'chunked-bodies',
  'deep-json',
  'wide-json',
  'slow-bodies',
  'idle-connections',
  'endless-headers',
  'pipelined',
  'aborts',
  'unread-answers',
  'subscriptions',
  'many-sockets',
  'unread-messages',
  'huge-frames',
  'unfinished-frames',
  'compressed-frames',
  'pings',
  'wrong-tokens',
  'unknown-methods',
  'costly-calls',
] as const

/** The attack of one hostile client of the JSON-RPC. */
export type RpcAttack = (typeof rpcAttacks)[number]

/** The order to a hostile client, which is a process of its own. */
export interface RpcOrder {
  readonly attack: RpcAttack
  readonly forMs: number
  readonly port: number
  readonly adminPort: number
  /** Address of the client. The limits of the JSON-RPC are per address. */
  readonly localAddress: string
}
