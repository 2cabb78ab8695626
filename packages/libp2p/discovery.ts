import { lookup } from 'node:dns/promises'
import { isIP, isIPv6 } from 'node:net'
import { Discv5 } from '@chainsafe/discv5'
import { ENR, SignableENR } from '@chainsafe/enr'
import { privateKeyFromRaw } from '@libp2p/crypto/keys'
import { multiaddr } from '@multiformats/multiaddr'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { type Enode, parseEnode } from '#protocol/p2p/enode.ts'
import { type NodeRecord, signRecord } from '#protocol/p2p/enr.ts'
import { parseRecord, recordToText } from '#protocol/p2p/enr-text.ts'
import { portBytes } from '#protocol/p2p/enr-endpoint.ts'
import { toError } from '#runtime/fault.ts'
import { bootnodeProblem } from './bootnode-problem.ts'
import { ipBytes } from './ip-address.ts'
import { listenFault } from './listen-fault.ts'

/** Settings of discovery. */
export interface DiscoverySettings {
  /** Private key of the host. */
  readonly key: Uint8Array
  /** Where discv5 listens. Port 0 takes any free port. */
  readonly listen: { readonly ip: string; readonly udp: number }
  /**
   * Entries of this node's record, besides the entries for its key. Without an `ip` entry, the node learns its address
   * from other nodes.
   */
  readonly entries: ReadonlyMap<string, Uint8Array>
  /** Sequence number of this node's record. The number grows with each start. */
  readonly sequence: bigint
  /** Records (`enr:`) and enode URLs of the nodes with which discovery begins. */
  readonly bootnodes: readonly string[]
  /** Records of an earlier run. */
  readonly records: readonly string[]
  /** Limit on the time of a search. The library keeps a timer for this time, even after discovery is closed. */
  readonly searchMs: number
  /** Called for each bootnode that cannot be used. */
  readonly onProblem: (bootnode: string, reason: string) => void
}

/** Finds other nodes by discv5, until it is closed. */
export interface Discovery {
  /** This node's record as text. */
  readonly record: string
  /** Searches once. @returns the records that were found since the last search */
  find(): Promise<readonly NodeRecord[]>
  /** The records of the nodes that answered, as text. */
  table(): readonly string[]
  close(): Promise<void>
}

/** Limit on records that wait for the next search. */
const maxFound = 1_000

/**
 * Starts discv5.
 *
 * @throws Fault `p2p-port` if it cannot listen
 * Spec: rollup-node-p2p.md#node-discovery, devp2p discv5
 */
export async function openDiscovery(settings: DiscoverySettings): Promise<Discovery> {
  const { bootnodes, entries, key, listen, records, sequence } = settings
  const own = signRecord({ sequence, entries }, key)
  const kind = isIPv6(listen.ip) ? 'ip6' : 'ip4'
  const address = `/${kind}/${listen.ip}/udp/${listen.udp}`
  const discv5 = Discv5.create({
    enr: new SignableENR(plainEntries(own), own.sequence, key),
    privateKey: privateKeyFromRaw(key),
    bindAddrs: { [kind]: multiaddr(address) } as Record<
      'ip4' | 'ip6',
      ReturnType<typeof multiaddr>
    >,
    config: {
      enrUpdate: !entries.has('ip') && !entries.has('ip6'),
      lookupTimeout: settings.searchMs,
    },
  })
  const found = new Map<string, NodeRecord>()
  const note = (enr: ENR) => {
    const record = readRecord(enr)
    if (record === undefined || found.size >= maxFound) return
    found.set(recordToText(record), record)
  }
  discv5.on('discovered', note)
  try {
    await discv5.start()
  } catch (cause) {
    throw listenFault(address, cause)
  }
  for (const text of [...records, ...bootnodes.filter((each) => !each.startsWith('enode:'))])
    addRecord(discv5, text, settings)
  const enodes = bootnodes.filter((text) => text.startsWith('enode:'))
  return {
    get record() {
      return discv5.enr.encodeTxt()
    },
    find: async () => {
      if (discv5.kadValues().length === 0)
        await Promise.all(enodes.map((text) => askEnode(discv5, text, settings)))
      // Without a known node, a search would only wait.
      if (discv5.kadValues().length > 0) for (const enr of await discv5.findRandomNode()) note(enr)
      const records = [...found.values()]
      found.clear()
      return records
    },
    table: () => discv5.kadValues().flatMap((enr) => textOf(enr) ?? []),
    close: () => discv5.stop(),
  }
}

/** Entries of a record in the form of the library, without lists: no entry of our records is a list. */
function plainEntries({ entries }: NodeRecord): Map<string, Uint8Array> {
  return new Map(
    [...entries].filter((entry): entry is [string, Uint8Array] => entry[1] instanceof Uint8Array),
  )
}

function addRecord(
  discv5: Discv5,
  text: string,
  { onProblem }: Pick<DiscoverySettings, 'onProblem'>,
): void {
  const problem = bootnodeProblem(text)
  if (problem === undefined) discv5.addEnr(text)
  else onProblem(text, problem)
}

/**
 * Requests the record of a bootnode that is given as an enode URL. The request is FINDNODE at distance 0, with which
 * go-ethereum also fetches newer records of nodes.
 */
async function askEnode(
  discv5: Discv5,
  text: string,
  { onProblem }: Pick<DiscoverySettings, 'onProblem'>,
): Promise<void> {
  try {
    const enr = await placeholderOf(parseEnode(text))
    for (const answer of await discv5.sendFindNode(enr, [0])) discv5.addEnr(answer)
  } catch (error) {
    onProblem(text, toError(error).message)
  }
}

/** A record without a signature, from which discv5 takes the key and the address. */
async function placeholderOf({ publicKey, host, udp }: Enode): Promise<ENR> {
  const ip = isIP(host) === 0 ? (await lookup(host, { family: 4 })).address : host
  const entries: [string, Uint8Array][] = [
    ['id', new TextEncoder().encode('v4')],
    ['secp256k1', publicKey],
    isIPv6(ip) ? ['ip6', ipBytes(ip)] : ['ip', ipBytes(ip)],
    [isIPv6(ip) ? 'udp6' : 'udp', portBytes(udp)],
  ]
  return new ENR(new Map(entries), 0n, new Uint8Array(64))
}

/** Parses a record of the library by our own rules. Returns undefined if the record breaks them. */
function readRecord(enr: ENR): NodeRecord | undefined {
  const text = textOf(enr)
  if (text === undefined) return undefined
  try {
    return parseRecord(text)
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

/**
 * A record as text; undefined if it is too long. Peers may send records that are too long, and the library checks the
 * length only when it converts a record to text.
 */
function textOf(enr: ENR): string | undefined {
  try {
    return enr.encodeTxt()
    // eslint-disable-next-line atoll/use-caught-error -- the library has no error class, and a peer chose the record
  } catch {
    return undefined
  }
}
