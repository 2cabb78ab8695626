import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { Discv5 } from '@chainsafe/discv5'
import { SignableENR } from '@chainsafe/enr'
import { privateKeyFromRaw } from '@libp2p/crypto/keys'
import { multiaddr } from '@multiformats/multiaddr'
import { pointCompress } from 'tiny-secp256k1'
import { ipv4Endpoint, opStackBytes, portBytes } from '#protocol/p2p/enr-endpoint.ts'
import { publicKeyOf } from '#protocol/p2p/network-key.ts'
import { encodeOpStackEntry, isOfChain, opStackKey } from '#protocol/p2p/opstack-entry.ts'
import { freeUdpPort } from '#test/fakes/free-port.ts'
import { bootnodeProblem } from './bootnode-problem.ts'
import { type Discovery, type DiscoverySettings, openDiscovery } from './discovery.ts'
import { ipBytes } from './ip-address.ts'

let made = 0

/** A discv5 node of a chain, on loopback. */
async function nodeOf(
  t: TestContext,
  chainId: bigint,
  settings: Partial<DiscoverySettings> = {},
): Promise<{ readonly discovery: Discovery; readonly key: Uint8Array; readonly udp: number }> {
  const key = new Uint8Array(32).fill(++made)
  const udp = await freeUdpPort()
  const discovery = await openDiscovery({
    key,
    listen: { ip: '127.0.0.1', udp },
    entries: new Map([
      [opStackKey, encodeOpStackEntry({ chainId, version: 0n })],
      ['ip', ipBytes('127.0.0.1')],
      ['tcp', portBytes(9_000 + made)],
      ['udp', portBytes(udp)],
    ]),
    sequence: 7n,
    bootnodes: [],
    records: [],
    searchMs: 500,
    onProblem: () => undefined,
    ...settings,
  })
  t.after(() => discovery.close())
  return { discovery, key, udp }
}

/** The public key of a private key, as an enode URL has it: 64 bytes in hex. */
const toUncompressed = (key: Uint8Array) =>
  Buffer.from(pointCompress(publicKeyOf(key), false).subarray(1)).toString('hex')

/** Searches up to ten times, until a record of the chain is found. */
async function findOf(discovery: Discovery, chainId: bigint) {
  for (let search = 0; search < 10; search++)
    for (const record of await discovery.find())
      if (isOfChain(opStackBytes(record), chainId)) return record
  return assert.fail(`no node of chain ${chainId} was found`)
}

test('two nodes of a chain find each other through the record of a bootnode of another chain', async (t) => {
  const boot = await nodeOf(t, 1n)
  const bootnodes = [boot.discovery.record]
  const one = await nodeOf(t, 10n, { bootnodes })
  const two = await nodeOf(t, 10n, { bootnodes })
  // A bootnode only knows nodes that have sent it a request.
  await two.discovery.find()
  const found = await findOf(one.discovery, 10n)
  assert.deepEqual(found.publicKey, publicKeyOf(two.key))
  assert.deepEqual(ipv4Endpoint(found), { ip: '127.0.0.1', tcp: 9_000 + made, udp: two.udp })
  assert.equal(found.sequence, 7n)
  assert.ok(one.discovery.table().includes(boot.discovery.record))
})

test('a bootnode may be an enode URL, and a node with records of an earlier run needs no bootnode', async (t) => {
  const boot = await nodeOf(t, 10n)
  const bytes = toUncompressed(boot.key)
  const enode = `enode://${bytes}@127.0.0.1:${boot.udp}`
  const one = await nodeOf(t, 10n, { bootnodes: [enode] })
  await one.discovery.find()
  assert.deepEqual(one.discovery.table(), [boot.discovery.record])
  const again = await nodeOf(t, 10n, { records: one.discovery.table() })
  assert.deepEqual(again.discovery.table(), [boot.discovery.record])
})

test('a bootnode that does not answer, or is not a valid record, is reported, and the search ends without an error', async (t) => {
  const problems: string[] = []
  const onProblem = (bootnode: string) => void problems.push(bootnode)
  const dead = `enode://${toUncompressed(new Uint8Array(32).fill(99))}@127.0.0.1:${await freeUdpPort()}`
  const node = await nodeOf(t, 10n, { bootnodes: [dead, 'enr:-xx'], onProblem })
  assert.deepEqual(await node.discovery.find(), [])
  assert.deepEqual(problems, ['enr:-xx', dead])
  assert.match(bootnodeProblem('enr:-xx') ?? '', /./)
  assert.equal(bootnodeProblem(dead), undefined)
})

/** The part of discv5 that answers a search. */
interface Answering {
  handleFindNode(node: unknown, request: { readonly id: unknown }): void
  readonly sessionService: { sendResponse(node: unknown, response: object): void }
}

/** Type of a message in discv5 that answers a search. */
const nodesMessage = 4

/** A signed record of a given size, in the form in which discv5 sends it. */
function recordOf(bytes: number): object {
  const key = new Uint8Array(32).fill(77)
  const { kvs, nodeId, seq, signature } = SignableENR.createV4(key, {
    zz: new Uint8Array(bytes - 125).fill(1),
  })
  const names = [...kvs.keys()].toSorted()
  const values = [signature, Number(seq), ...names.flatMap((name) => [name, kvs.get(name)])]
  return { encodeToValues: () => values, nodeId }
}

for (const total of [1, 2])
  test(`if a peer announces ${total} packets, and sends one packet with records that are too long, the search continues`, async (t) => {
    const key = new Uint8Array(32).fill(++made)
    const udp = await freeUdpPort()
    const hostile = Discv5.create({
      enr: SignableENR.createV4(key, { ip: ipBytes('127.0.0.1'), udp: portBytes(udp) }),
      privateKey: privateKeyFromRaw(key),
      bindAddrs: { ip4: multiaddr(`/ip4/127.0.0.1/udp/${udp}`) },
      config: { enrUpdate: false },
    })
    let asked = 0
    const inside = hostile as unknown as Answering
    inside.handleFindNode = (node, { id }) => {
      // Only the first packet is sent, even if two are announced.
      const enrs = [recordOf(330), recordOf(300)]
      if (asked++ === 0)
        inside.sessionService.sendResponse(node, { type: nodesMessage, id, total, enrs })
    }
    await hostile.start()
    t.after(() => hostile.stop())
    const bootnodes = [hostile.enr.toENR().encodeTxt()]
    const node = await nodeOf(t, 10n, { bootnodes, searchMs: 3_000 })
    for (let search = 0; search < 2; search++)
      for (const { entries } of await node.discovery.find()) assert.ok(!entries.has('zz'))
    assert.ok(asked > 0)
    assert.deepEqual(node.discovery.table(), bootnodes)
  })
