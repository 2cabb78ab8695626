/** What a hostile peer does. */
export const attacks = [
  'invalid-blocks',
  'many-at-height',
  'snappy-bombs',
  'many-messages',
  'large-frames',
  'repeated-blocks',
  'control-flood',
  'subscription-flood',
  'half-open-streams',
  'requests',
  'reconnects',
  'discovery-flood',
] as const

/** What a hostile peer does. */
export type Attack = (typeof attacks)[number]

/** The order to a hostile peer, which is a process of its own. */
export interface Order {
  readonly attack: Attack
  readonly forMs: number
  /** Multiaddr of the host of gossip. */
  readonly address: string
  /** Where discovery listens on loopback. */
  readonly udpPort: number
  readonly l2ChainId: string
}
