import { peerIdFromString } from '@libp2p/peer-id'
import { type Component, multiaddr } from '@multiformats/multiaddr'
import { Fault, toError } from '#runtime/fault.ts'

/** A peer of the settings. */
export interface KnownPeer {
  /** Peer id, such as `12D3KooW…`. */
  readonly id: string
  /** Multiaddrs that end in `/p2p/` and the peer id. */
  readonly addresses: readonly string[]
}

/** The form of a multiaddr: the names of its components. */
const form = /^(?:ip4|ip6|dns|dns4|dns6),tcp,p2p$/u

/**
 * Parses the peers of a setting that has the form of op-rbuilder's `--flashblocks.p2p_known_peers`.
 *
 * @param text multiaddrs over TCP, separated by commas, that end in `/p2p/` and the peer id; white space around them is
 *   ignored. Several addresses of one peer are allowed
 * @throws Fault `settings` that names all mistakes
 */
export function parseKnownPeers(text: string): readonly KnownPeer[] {
  const peers = new Map<string, Set<string>>()
  const mistakes: Error[] = []
  const entries = text.trim() === '' ? [] : text.split(',').map((entry) => entry.trim())
  for (const entry of entries)
    try {
      const id = peerIdOfEntry(entry)
      peers.set(id, (peers.get(id) ?? new Set()).add(entry))
    } catch (error) {
      mistakes.push(toError(error))
    }
  if (mistakes.length === 0)
    return [...peers].map(([id, addresses]) => ({ id, addresses: [...addresses] }))
  const names = mistakes.map(({ message }) => message).join('; ')
  throw new Fault('settings', { detail: `the list of known peers has mistakes: ${names}` })
}

/** @throws Error that names the mistake */
function peerIdOfEntry(entry: string): string {
  if (entry === '') throw new Error('an entry between two commas is empty')
  const components = componentsOf(entry)
  const last = components.at(-1)
  if (last?.name !== 'p2p' || last.value === undefined)
    throw new Error(`${entry} does not end in /p2p/ and a peer id`)
  if (!form.test(components.map(({ name }) => name).join(',')))
    throw new Error(`${entry} is not over TCP, such as /ip4/192.0.2.1/tcp/9009/p2p/12D3KooW…`)
  try {
    return peerIdFromString(last.value).toString()
  } catch (cause) {
    throw new Error(`the peer id of ${entry} is malformed`, { cause })
  }
}

function componentsOf(entry: string): readonly Component[] {
  try {
    return multiaddr(entry).getComponents()
  } catch (cause) {
    throw new Error(`${entry} is not a multiaddr: ${toError(cause).message}`, { cause })
  }
}
