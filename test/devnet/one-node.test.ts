import { test } from 'node:test'
import { DevnetWorld } from './devnet-world.ts'

test('a devnet of one node, which has no peers, makes blocks that become safe', async (t) => {
  const devnet = await DevnetWorld.start(t, { nodes: 1 })
  await devnet.untilSafe(3)
})
