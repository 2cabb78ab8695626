import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Acknowledgement } from '#messages/builder-frame.ts'
import type { Flashblock } from '#protocol/flashblock/flashblock.ts'
import { sleep, systemClock } from '#runtime/clock.ts'
import { until } from '#test/interop/until.ts'
import { StandbyNode } from '#test/fakes/standby-node.ts'

// A standby of processes, with a real NATS server. Its processes are killed while flashblocks arrive.

/** Number of kills of each process. */
const rounds = Number(process.env['ATOLL_KILL_ROUNDS'] ?? 3)

/** A flashblock that is not acknowledged is sent again, as a builder that connects again would ask for it. */
const sendAgainMs = 1_000

/** Sends a flashblock until the standby has it. @returns milliseconds */
async function sendUntilReceived(standby: StandbyNode, flashblock: Flashblock): Promise<number> {
  const startedMs = performance.now()
  let acknowledged: Acknowledgement | undefined
  while (acknowledged === undefined) {
    assert.ok(performance.now() - startedMs < 60_000, `flashblock ${flashblock.index} is lost`)
    acknowledged = await Promise.race([
      standby.builder.send(flashblock, 'received'),
      sleep(systemClock, sendAgainMs).then(() => undefined),
      standby.failed,
    ])
  }
  return performance.now() - startedMs
}

test('whatever the standby acknowledged is on the disk of its engine after a kill of each process in the middle of a block', async (t) => {
  const standby = await StandbyNode.start()
  t.after(() => standby.close())
  const hashes: string[] = []
  const waits: number[] = []
  for (let round = 0; round < rounds; round++)
    for (const victim of ['engine', 'flashblock-p2p', 'nats-server'] as const) {
      const flashblock = standby.builder.next(20_000)
      const received = sendUntilReceived(standby, flashblock)
      // Between receipt, acknowledgement, execution and storage.
      await sleep(systemClock, Math.random() * 12)
      assert.ok(standby.kill(victim), `${victim} runs`)
      waits.push(await received)
      hashes.push(flashblock.diff.blockHash)
      const areStored = async () => {
        const stored = standby.stored()
        return hashes.every((hash, index) => stored.get(index) === hash)
      }
      const explain = () => `stored: ${[...standby.stored().keys()].join(', ')} of ${hashes.length}`
      await until(
        `all are stored after a kill of ${victim}`,
        { withinMs: 20_000, explain },
        areStored,
      )
    }
  t.diagnostic(
    `${hashes.length} flashblocks; the longest wait for an acknowledgement was ${Math.max(...waits).toFixed(0)} ms`,
  )
})
