import { isIP } from 'node:net'
import { Argument, type Command } from 'commander'
import type * as z from 'zod'
import { peersSettings } from '#node/bus-settings.ts'
import { connectNode, findBus, type NodeConnection } from '#node/find-node.ts'
import { formatDuration, print } from '#node/output.ts'
import { callOnce } from '#bus/call-once.ts'
import { noBusMetrics } from '#bus/bus-metrics.ts'
import { addSettingsCommand } from '#cli/settings-command.ts'
import type { PeerChange } from '#messages/change-peer.ts'
import type { Ban, FetchPeersResponse, Peer } from '#messages/fetch-peers.ts'
import type { Call } from '#messages/subject.ts'
import { changePeer, fetchPeers } from '#messages/subjects.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { publicKeyOfPeerId } from '#protocol/p2p/network-key.ts'
import { systemClock, toIsoTime } from '#runtime/clock.ts'
import { Fault, isFault } from '#runtime/fault.ts'
import { wrap, wrapWidthOf } from '#runtime/screen/lines.ts'
import { noTracing } from '#runtime/tracing.ts'
import { reportPlace } from './bus-status.ts'

type PeersSettings = z.output<typeof peersSettings>

/** Deadline of a call. The deadline is longer than a dial of gossip, which times out after ten seconds. */
const deadlineMs = 15_000

const actions = [
  'list',
  'connect',
  'disconnect',
  'protect',
  'unprotect',
  'block',
  'unblock',
] as const
type Action = (typeof actions)[number]

/** Adds `atoll peers`. */
export function addPeersCommand(program: Command): void {
  addSettingsCommand(program, {
    name: 'peers',
    summary:
      'list the peers of a node and why some are banned, and connect, disconnect or block peers',
    description:
      'Lists the peers of a node, and the peers, addresses and subnets that it refuses, with the reasons. Connects, disconnects or protects a peer. A protected peer is not disconnected when there are too many peers; the protection ends when gossip restarts. Blocks or unblocks a peer, an IP address or a subnet. A block outlasts a restart. Unblocking also ends a ban. Blocking a peer closes its connections; blocking an address or a subnet closes none. Disconnecting a peer also unblocks it.',
    words: [
      new Argument('[action]', 'what to do').choices(actions).default('list'),
      new Argument(
        '[name]',
        'for connect: a multiaddr with the peer id; for block and unblock: a peer id, IP address or subnet; for disconnect, protect and unprotect: a peer id',
      ),
    ],
    schema: peersSettings,
    run: (settings, { words: [action = 'list', name] }) =>
      runAction(settings, action as Action, name),
  })
}

async function runAction(
  settings: PeersSettings,
  action: Action,
  name: string | undefined,
): Promise<void> {
  if (action === 'list' && name !== undefined)
    throw new Fault('settings', { detail: `atoll peers list takes no name, but got ${name}` })
  if (action !== 'list' && name === undefined)
    throw new Fault('settings', { detail: `atoll peers ${action} wants ${wantOf(action)}` })
  const change = action === 'list' ? undefined : changeOf(action, name ?? '')
  const found = await findBus(settings)
  if (!settings.json) reportPlace(found)
  const node = await connectNode(found)
  try {
    if (change === undefined) await list(node, settings)
    else await makeChange(node, change, name ?? '')
  } finally {
    await node.connection.close()
  }
}

/** The change that an action makes for a name. @throws Fault `settings` if the action does not accept the name */
function changeOf(action: Exclude<Action, 'list'>, name: string): PeerChange {
  if (action === 'connect') return 'connect'
  if (action === 'block' || action === 'unblock') {
    if (name.includes('/')) return `${action}-subnet`
    if (isIP(name) !== 0) return `${action}-ip`
  }
  try {
    publicKeyOfPeerId(name)
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause
    const detail = `atoll peers ${action} wants ${wantOf(action)}, not ${name}`
    throw new Fault('settings', { detail, cause })
  }
  return action === 'block' || action === 'unblock' ? `${action}-peer` : action
}

function wantOf(action: Action): string {
  switch (action) {
    case 'connect':
      return 'a multiaddr, such as /ip4/192.0.2.1/tcp/9222/p2p/16Uiu2HA…'
    case 'block':
    case 'unblock':
      return 'a peer id, an IP address, or a subnet such as 203.0.113.0/24'
    default:
      return 'a peer id, such as 16Uiu2HA…'
  }
}

async function makeChange(node: NodeConnection, change: PeerChange, name: string): Promise<void> {
  const { refusal, isUnchanged } = await callGossip(node, changePeer, { change, name })
  if (refusal !== undefined) throw new Fault('peer-unchanged', { detail: refusal })
  print(
    isUnchanged
      ? `nothing to do: ${name} ${unchangedState(change)}`
      : `done: ${change.replace('-', ' ')} ${name}`,
  )
}

/** The state in which a change has no effect. */
function unchangedState(change: PeerChange): string {
  switch (change) {
    case 'connect':
      return 'is already connected'
    case 'disconnect':
      return 'is not a known peer'
    case 'protect':
      return 'is already protected'
    case 'unprotect':
      return 'is not protected'
    case 'block-peer':
    case 'block-ip':
    case 'block-subnet':
      return 'is already blocked'
    case 'unblock-peer':
    case 'unblock-ip':
    case 'unblock-subnet':
      return 'is not blocked'
  }
}

async function list(node: NodeConnection, { json, known }: PeersSettings): Promise<void> {
  const answer = await callGossip(node, fetchPeers, { areKnown: known })
  if (json) print(JSON.stringify(answer))
  else printPeers(answer)
}

async function callGossip<Request, Response>(
  { connection, names }: NodeConnection,
  call: Call<Request, Response>,
  request: Request,
): Promise<Response> {
  const context = {
    clock: systemClock,
    instance: 'operator',
    metrics: noBusMetrics,
    names,
    tracing: noTracing,
  }
  try {
    return await callOnce(context, call, { connection, request, deadlineMs })
  } catch (cause) {
    if (!isFault(cause, 'unavailable')) throw cause
    const detail =
      'gossip does not answer: it is still starting, or the node has --p2p-disable; see atoll status'
    throw new Fault('unavailable', { detail, cause })
  }
}

function printPeers({ self, peers, known, ...refused }: FetchPeersResponse): void {
  const connected = peers.filter(({ isConnected }) => isConnected).length
  print(`this node: ${self.id}`)
  printAddresses(self)
  print(`\n${connected} connected of ${known} known peers`)
  const sorted = peers.toSorted((left, right) => right.scores.total - left.scores.total)
  for (const peer of sorted) printPeer(peer)
  if (refused.bans.length > 0)
    print('\nbanned because of a bad score; to end a ban, run: atoll peers unblock NAME')
  for (const ban of refused.bans) printBan(ban)
  const blocked = [...refused.blockedPeers, ...refused.blockedIps, ...refused.blockedSubnets]
  if (blocked.length > 0)
    print('\nblocked by an operator; to unblock, run: atoll peers unblock NAME')
  for (const name of blocked) print(name)
}

function printPeer(peer: Peer): void {
  const { id, agent, direction, isConnected, isProtected, latencyMs, scores } = peer
  const facts = [
    isConnected ? direction : 'not connected',
    `score ${scores.total.toFixed(1)}`,
    ...(latencyMs > 0 ? [`${Math.round(latencyMs)} ms`] : []),
    ...(isProtected ? ['protected'] : []),
    ...(agent === '' ? [] : [agent]),
  ]
  print(id)
  printWrapped(`  ${facts.join(', ')}`)
  printAddresses(peer)
}

/** Prints addresses without `/p2p/` and the peer id, which is on the line above and would make the lines too long. */
function printAddresses({ id, addresses }: Peer): void {
  const suffix = `/p2p/${id}`
  for (const address of addresses)
    print(`  ${address.endsWith(suffix) ? address.slice(0, -suffix.length) : address}`)
}

function printBan({ name, untilMs, reason }: Ban): void {
  print(name)
  const left = formatDuration(Math.max(0, untilMs - systemClock.now()))
  printWrapped(`  until ${toIsoTime(untilMs)} (${left} left): ${reason}`)
}

function printWrapped(text: string): void {
  print(wrap(text, { width: wrapWidthOf(process.stdout), indent: 4 }).join('\n'))
}
