import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { toQuantity } from '#json-rpc/forms/fields.ts'
import { DevnetWorld } from './devnet-world.ts'

test('when each process of both nodes is killed, the process is started again and the chain goes on', async (t) => {
  const devnet = await DevnetWorld.start(t, { inMemory: false })
  await devnet.untilSafe(3)
  for (const node of devnet.world.nodes) {
    const killed = [...node.pids()]
    assert.ok(killed.length >= 7, `${node.name} has only ${killed.map(([name]) => name).join()}`)
    for (const [name, pid] of killed) {
      const from = devnet.head('unsafe')
      const startedMs = Date.now()
      process.kill(pid, 'SIGKILL')
      const isNew = () => ![undefined, pid].includes(node.pids().get(name))
      await devnet.until(`${name} of ${node.name} runs again`, isNew)
      await devnet.until(
        `all nodes have blocks after ${name} of ${node.name} was killed`,
        () => devnet.head('unsafe') >= from + 3,
      )
      t.diagnostic(
        `${name} of ${node.name}: three more blocks in both nodes ${Date.now() - startedMs} ms after the kill`,
      )
    }
  }
  await devnet.untilSafe(devnet.head('unsafe'))
})

const blockJson = z.looseObject({ transactions: z.array(z.string()) })

/** Number of transactions in each of the last safe blocks. */
async function countsOf(devnet: DevnetWorld, blocks: number): Promise<readonly number[]> {
  const [client = assert.fail()] = devnet.world.clients
  const safe = devnet.head('safe')
  const numbers = Array.from({ length: blocks }, (_, at) => safe - at)
  const answers = await Promise.all(
    numbers.map((number) =>
      client.call('eth_getBlockByNumber', [toQuantity(Math.max(number, 0)), false]),
    ),
  )
  return answers.map((block) => blockJson.parse(block).transactions.length)
}

test('the batcher is stopped for longer than the sequencing window: blocks without batches are safe; in recover mode the batcher catches up', async (t) => {
  const devnet = await DevnetWorld.start(t, { windowBlocks: 10, l1BlockSeconds: 2 })
  const { world } = devnet
  await devnet.untilSafe(5)
  await world.stopBatcher()
  const from = devnet.head('unsafe')
  await devnet.until(
    'blocks without batches are safe',
    async () =>
      devnet.head('safe') > from + 5 &&
      (await countsOf(devnet, 5)).every((transactions) => transactions === 1),
    120_000,
  )
  t.diagnostic(`at the stop block ${from} was unsafe; block ${devnet.head('safe')} is safe`)
  await devnet.admin('admin_setRecoverMode', [true])
  world.startBatcher()
  await devnet.until('recover mode brings the origins near the L1 head', async () => {
    const { head_l1: head, unsafe_l2: unsafe } = await devnet.syncStatus()
    return head.number - unsafe.l1origin.number <= 3 && devnet.head('safe') > from + 15
  })
  await devnet.admin('admin_setRecoverMode', [false])
  const back = devnet.head('unsafe')
  await devnet.until(
    'a safe block has transactions of users again',
    async () => devnet.head('safe') > back && (await countsOf(devnet, 3)).every((each) => each > 1),
    120_000,
  )
  await devnet.untilSafe(devnet.head('unsafe'))
  t.diagnostic(`block ${back} and all after it have transactions again`)
})
