import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineWorld } from '#test/fakes/engine-world.ts'

/** The safe head is the recorded block of its number. */
function assertRecorded({ derivation, record }: EngineWorld): void {
  const { safe } = derivation.chain
  const told = record.l2.find(({ block }) => block.number === safe.number)
  assert.equal(safe.hash, told?.block.blockHash)
}

test('a chain is built block by block, and every hash is op-geth’s', async () => {
  const world = await EngineWorld.of('fork-karst')
  await world.start()
  await world.derivation.until(({ outcome }) => outcome === 'started')
  await world.derivation.toEnd()
  assertRecorded(world)
  const { safe, unsafe } = world.derivation.chain
  assert.ok(safe.number > 10n, String(safe.number))
  assert.equal(unsafe.hash, safe.hash)
  assert.equal(world.client.chain.safe?.hash, safe.hash)
})
