import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startL1 } from '#devnet/record-world.ts'
import { payloadVersionAt } from '#protocol/p2p/payload-version.ts'
import { blocksTopicAt } from '#protocol/p2p/topics.ts'
import { replayL1 } from '#records/replay/replay-record.ts'
import { systemClock } from '#runtime/clock.ts'
import type { OpenNetwork } from '#services/gossip/network/open-network.ts'
import { runAtoll } from '#test/command/run-atoll.ts'
import { signerAddress } from '#test/fakes/block-messages.ts'
import { blockData, hostOn } from '#test/fakes/gossip-world.ts'
import { readRecord } from '#test/fakes/recorded-chain.ts'
import { NodeOnRecord, type NodeProcess } from '#test/fakes/node-on-record.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { freeTcpPort } from '#test/fakes/free-port.ts'
import { steadyMs } from '#service/status-reporter.ts'
import { pause } from './conformance/raw-client.ts'

// Runs all services of a node as processes, with a real NATS server. Each process is killed at random moments, and the
// safe chain must continue to grow.

/** Number of kills of each process; 20 for a long test run. */
const rounds = Number(process.env['ATOLL_KILL_ROUNDS'] ?? 2)

/** A recorded chain: 363 L2 blocks in 125 L1 blocks, with refused payloads, empty epochs and channels that time out. */
const record = join(recordsFolder, 'bad-data-karst')

/** Starts the node, and counts the calls of `engine_newPayload` to its execution client. */
async function startNode(): Promise<{
  node: NodeOnRecord
  newPayloads: () => number
  logged: readonly string[]
}> {
  const logged: string[] = []
  const onLog = (line: string) => void logged.push(line)
  let newPayloads = 0
  const onCall = (method: string) => {
    if (method.startsWith('engine_newPayload')) newPayloads++
  }
  const l1 = await startL1({ record, speed: 0, clock: systemClock })
  const node = await NodeOnRecord.start({ record, l1, onCall, onLog, logLevel: 'info' })
  return { node, newPayloads: () => newPayloads, logged }
}

async function untilEnd(node: NodeOnRecord): Promise<void> {
  const isFinal = () => (node.view.chain?.finalized.number ?? 0n) >= 363n
  await node.until('all blocks are final', isFinal, 120_000)
  assert.equal(await node.compare(), 364)
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0
}

test(`if each process of a node is killed ${rounds} times, the safe chain continues unchanged`, async (t) => {
  const victims: readonly NodeProcess[] = ['da-watcher', 'derivation', 'engine', 'nats-server']
  const due = Array.from({ length: rounds }, () => victims).flat()
  const stalls = new Map<NodeProcess, number[]>(victims.map((victim) => [victim, []]))
  while (due.length > 0) {
    const { node, newPayloads, logged } = await startNode()
    let engineKills = 0
    try {
      await node.until('a first block', () => node.safe > 0n)
      for (const service of ['da-watcher', 'derivation', 'engine'])
        assert.ok(logged.some((line) => line.includes(`] ${service}: running `)))
      assert.ok(logged.every((text) => text.endsWith('\n')))
      while (due.length > 0 && node.safe < 300n) {
        await pause(Math.random() * 1_000)
        const [victim] = due
        if (victim === undefined || node.safe >= 300n) break
        due.shift()
        assert.ok(node.kill(victim), `${victim} runs`)
        if (victim === 'engine') engineKills++
        // Without the killed service, attributes that were already sent may still make one block.
        const next = node.safe + 2n
        stalls.get(victim)?.push(await node.until(`after ${victim}`, () => node.safe >= next))
      }
      await untilEnd(node)
      // No block is built twice, except a block that was being built when an engine was killed.
      assert.ok(
        newPayloads() <= 363 + engineKills,
        `${newPayloads()} payloads, after ${engineKills} such kills`,
      )
    } finally {
      await node.close()
    }
  }
  for (const [victim, times] of stalls) {
    const worst = Math.max(...times).toFixed(0)
    t.diagnostic(`${victim}: median ${median(times).toFixed(0)} ms, worst ${worst} ms`)
  }
})

/** A node whose L1 grows only at the recorded speed, so that the node gets its newest blocks from peers. */
async function startAmongPeers(folder: string, p2pListenTcp: number): Promise<NodeOnRecord> {
  const growth = { speed: 1, reorgs: [], safeLag: 4n, finalizedLag: 8n }
  const ports = { host: '127.0.0.1', rpcPort: 0, beaconPort: 0, clock: systemClock }
  const l1 = await replayL1(record, { ...ports, growth, unsafeBlockSigner: signerAddress })
  const given = {
    p2pDisable: 'false',
    p2pListenIp: '127.0.0.1',
    p2pListenTcp: String(p2pListenTcp),
    p2pListenUdp: '0',
    // The blocks of the peers are as old as the record.
    p2pMaxAgeSeconds: '1000000000',
  }
  return NodeOnRecord.start({ record, l1, given, folder })
}

/** Lists, blocks and disconnects the peers of a node, as an operator does. */
async function usePeersCommand(folder: string, peers: readonly OpenNetwork[]): Promise<void> {
  const run = async (expected: number, ...words: readonly string[]) => {
    const { code, out, err } = await runAtoll(['peers', ...words, `--data-dir=${folder}`])
    assert.equal(code, expected, out + err)
    return out + err
  }
  const ids = peers.map(({ peerId }) => peerId)
  const [first = '', second = ''] = ids
  const listed = await run(0)
  assert.match(listed, /this node: 16Uiu2HA\w+\n {2}\/ip4\/127\.0\.0\.1\/tcp\/\d+\n/)
  assert.match(listed, /\n3 connected of 3 known peers\n/)
  for (const id of ids)
    assert.match(listed, new RegExp(`\\n${id}\\n {2}(in|out)bound, score -?\\d`))

  await run(0, 'block', '203.0.113.0/24')
  assert.match(await run(0, 'block', first), /^done: block peer 16/m)
  assert.match(await run(0, 'block', first), /^nothing to do: 16\w+ is already blocked$/m)
  const { blockedPeers, blockedSubnets } = JSON.parse(await run(0, 'list', '--json')) as {
    readonly blockedPeers: unknown
    readonly blockedSubnets: unknown
  }
  assert.deepEqual([blockedPeers, blockedSubnets], [[first], ['203.0.113.0/24']])
  assert.match(
    await run(0),
    /blocked by an operator; to unblock, run: atoll peers unblock NAME\n16Uiu2HA/,
  )
  await run(0, 'unblock', first)
  assert.match(await run(0, 'unblock', first), /nothing to do/)
  await run(0, 'protect', second)
  assert.match(await run(0, 'protect', second), /nothing to do/)
  assert.match(await run(0), new RegExp(`${second}\\n.*, protected`))
  await run(0, 'disconnect', second)
  assert.match(await run(1, 'connect', '/ip4/127.0.0.1/tcp/1'), /peer-unchanged: bad peer address/)
  assert.match(await run(2, 'protect', 'peer'), /wants a peer id, such as 16Uiu2HA…, not peer/)
  assert.match(await run(2, 'disconnect'), /atoll peers disconnect wants a peer id/)
  assert.match(await run(2, 'forget', first), /Allowed choices are list, connect/)
}

test(`if gossip is killed ${rounds} times, the unsafe head still advances, and no peer is lost`, async (t) => {
  const { config, l2 } = await readRecord('bad-data-karst')
  const port = await freeTcpPort()
  const folder = mkdtempSync(join(tmpdir(), 'atoll-peers-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const node = await startAmongPeers(folder, port)
  try {
    const sequencer = await hostOn(t, { config })
    const peers = [sequencer, await hostOn(t, { config }), await hostOn(t, { config })]
    const publish = (block: bigint) => {
      const payload = l2[Number(block)]?.block ?? assert.fail('the record ends')
      const version = payloadVersionAt(config, payload.timestamp)
      const data = blockData(version, payload, { chainId: config.l2ChainId })
      return sequencer.publish(blocksTopicAt(config, payload.timestamp), data)
    }
    const unsafe = () => node.view.chain?.unsafe.number ?? 0n
    const meets = () =>
      peers.every((peer) => peer.peers().some(({ meshes }) => meshes.length === 4))
    await node.until('a chain', () => node.view.chain !== undefined)
    const address = `/ip4/127.0.0.1/tcp/${port}`
    for (const peer of peers) {
      // Gossip may still wait for its lease.
      let isUp = false
      await node.until('gossip listens', () => {
        void peer.dial([address]).then(
          () => (isUp = true),
          (error: unknown) => assert.ok(error instanceof Error),
        )
        return isUp
      })
    }
    await node.until('all peers share blocks', meets)
    let next = unsafe() + 1n
    const grow = async () => {
      await publish(next)
      await node.until(`block ${next}`, () => unsafe() >= next)
      next++
    }
    for (let blocks = 0; blocks < 5; blocks++) await grow()
    // Peers are stored once a second.
    await pause(1_500)
    const stalls: number[] = []
    for (let round = 0; round < rounds; round++) {
      // A service that failed less than this time ago is restarted only after a pause.
      if (round > 0) await pause(steadyMs)
      const startedMs = performance.now()
      assert.ok(node.kill('gossip'))
      await node.until('the peers lost gossip', () =>
        peers.every((peer) => peer.peers().length === 0),
      )
      // The sequencer sends each block once, when the block is due. So the sequencer needs a peer before it sends the
      // next block.
      await node.until('the sequencer has a peer', () =>
        sequencer.peers().some(({ meshes }) => meshes.length === 4),
      )
      await grow()
      stalls.push(performance.now() - startedMs)
      await node.until('all peers are back', meets)
    }
    await usePeersCommand(folder, peers)
    t.diagnostic(
      `gossip: median ${median(stalls).toFixed(0)} ms, worst ${Math.max(...stalls).toFixed(0)} ms`,
    )
  } finally {
    await node.close()
  }
})
