/** The attacks of hostile peers. */
export const attacks = [
  'invalid-blocks',
  'many-at-height',
  'snappy-bombs',
  'many-messages',
  'large-frames',
  'empty-rpcs',
  'unfinished-rpcs',
  'repeated-blocks',
  'control-flood',
  'subscription-flood',
  'half-open-streams',
  'requests',
  'reconnects',
  'identify-flood',
  'discovery-flood',
] as const

/** The attack of one hostile peer. */
export type Attack = (typeof attacks)[number]

/** The order to a hostile peer, which is a process of its own. */
export interface Order {
  readonly attack: Attack
  readonly forMs: number
  /** Multiaddr of gossip's libp2p host. */
  readonly address: string
  /** The port on which discovery listens, on loopback. */
  readonly udpPort: number
  readonly l2ChainId: string
}
