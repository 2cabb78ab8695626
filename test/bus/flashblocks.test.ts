import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Acknowledgement, SentFlashblock } from '#messages/builder-frame.ts'
import { sleep, systemClock } from '#runtime/clock.ts'
import { StandbyNode } from '#test/fakes/standby-node.ts'

// A standby of processes, with a real NATS server. Its processes are killed while flashblocks arrive.

/** Number of kills of each process. */
const rounds = Number(process.env['ATOLL_KILL_ROUNDS'] ?? 3)

/** A flashblock that is not acknowledged is sent again, as a builder that connects again would ask for it. */
const sendAgainMs = 1_000

/** Sends a flashblock until it is executed and stored. */
async function sendUntilStored(standby: StandbyNode, sent: SentFlashblock): Promise<number> {
  const startedMs = performance.now()
  let acknowledged: Acknowledgement | undefined
  while (acknowledged === undefined) {
    assert.ok(performance.now() - startedMs < 60_000, `flashblock ${sent.flashblock.index} is lost`)
    acknowledged = await Promise.race([
      standby.builder.send(sent, 'executed'),
      sleep(systemClock, sendAgainMs).then(() => undefined),
      standby.failed,
    ])
  }
  return performance.now() - startedMs
}

test('whatever the standby acknowledged is on its disk after a kill of each process in the middle of a block', async (t) => {
  const standby = await StandbyNode.start()
  t.after(() => standby.close())
  const hashes: string[] = []
  const waits: number[] = []
  for (let round = 0; round < rounds; round++)
    for (const victim of ['engine', 'flashblock-p2p', 'nats-server'] as const) {
      const sent = standby.builder.next(20_000)
      const stored = sendUntilStored(standby, sent)
      // Between receipt, execution, storage and acknowledgement.
      await sleep(systemClock, Math.random() * 12)
      assert.ok(standby.kill(victim), `${victim} runs`)
      waits.push(await stored)
      hashes.push(sent.flashblock.diff.blockHash)
      const onDisk = standby.stored()
      for (const [index, hash] of hashes.entries())
        assert.equal(onDisk.get(index), hash, `index ${index} after a kill of ${victim}`)
    }
  t.diagnostic(
    `${hashes.length} flashblocks; the longest wait for an acknowledgement was ${Math.max(...waits).toFixed(0)} ms`,
  )
})
