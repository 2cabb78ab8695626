import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startL1 } from '#devnet/record-world.ts'
import { systemClock } from '#runtime/clock.ts'
import { NodeOnRecord, type NodeProcess } from '#test/fakes/node-on-record.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { pause } from './conformance/raw-client.ts'

// A whole node of processes on a real server. Each process is killed at random moments, and the safe chain keeps
// growing.

/** Number of kills of each process; 20 in the long run. */
const rounds = Number(process.env['ATOLL_KILL_ROUNDS'] ?? 2)

/** A record of 363 blocks in 125 L1 blocks, with refused payloads, empty epochs and channels that time out. */
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
  await node.until('all is final', isFinal, 120_000)
  assert.equal(await node.compare(), 364)
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0
}

test(`the safe chain continues unchanged when each process of a node is killed ${rounds} times`, async (t) => {
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
        // Attributes in flight may still make one block without the killed service.
        const next = node.safe + 2n
        stalls.get(victim)?.push(await node.until(`after ${victim}`, () => node.safe >= next))
      }
      await untilEnd(node)
      // No block is built twice, except the one in progress when an engine is killed.
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
