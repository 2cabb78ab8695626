import assert from 'node:assert/strict'
import { test } from 'node:test'
import { payloadReceived } from '#messages/subjects.ts'
import type { JsonRpcCall } from '#json-rpc/json-rpc-client.ts'
import { EngineWorld } from '#test/fakes/engine-world.ts'
import { maxVainForkchoices } from './client/forkchoice-pace.ts'

// The execution client gives one answer for ten minutes. The engine waits, reports the wait, and continues afterwards.

const minutes = 10

const isForkchoice = ({ method }: JsonRpcCall) => method.startsWith('engine_forkchoiceUpdated')
const hasAttributes = (call: JsonRpcCall) => isForkchoice(call) && call.params[1] !== null
const isNewPayload = ({ method }: JsonRpcCall) => method.startsWith('engine_newPayload')

/** The answer with the given status to a call of the Engine API. */
function answerOf(call: JsonRpcCall, status: string): unknown {
  const payloadStatus = { status, latestValidHash: null, validationError: 'by the test' }
  return isForkchoice(call) ? { payloadStatus, payloadId: null } : payloadStatus
}

/**
 * For ten minutes, derivation sends attributes, and gossip stores unsafe blocks.
 *
 * @returns for each second, what the engine waited for
 */
async function tenMinutes(world: EngineWorld, status: () => string): Promise<readonly string[]> {
  const { bus, client, derivation, gossip, record } = world
  const waits: string[] = []
  const [at, perSecond]: [number, number[]] = [client.calls.length, []]
  let seen = at
  let gossiped = Number(derivation.chain.unsafe.number) + 1
  for (let second = 0; second < minutes * 60; second++) {
    const derived = derivation.next()
    if (derived !== undefined && second % 2 === 0)
      await derivation.call(derivation.requestOf(derived))
    const payload = record.l2[gossiped++]?.block
    if (payload !== undefined) await bus.settle(gossip.append(payloadReceived, { payload }))
    await bus.pass(1_000)
    perSecond.push(client.calls.slice(seen).filter(isForkchoice).length)
    seen = client.calls.length
    waits.push(status())
  }
  const most = Math.max(...perSecond)
  // A second of the test may overlap two periods of the limit.
  assert.ok(most <= 2 * maxVainForkchoices, `${most} forkchoice calls in a second`)
  const sum = perSecond.reduce((total, count) => total + count, 0)
  assert.ok(sum <= minutes * 60, `${sum} forkchoice calls in ${minutes} minutes`)
  return waits
}

for (const status of ['INVALID', 'SYNCING', 'ACCEPTED'])
  for (const [what, isMeant] of [
    ['every forkchoice', isForkchoice],
    ['every forkchoice without attributes', (call) => isForkchoice(call) && !hasAttributes(call)],
    ['every new payload', isNewPayload],
  ] as readonly (readonly [string, (call: JsonRpcCall) => boolean])[])
    test(`if ${what} is answered with ${status} for ${minutes} minutes, the engine does not loop, and continues afterwards`, async () => {
      const world = await EngineWorld.of('fork-holocene')
      const { client, derivation } = world
      const engine = await world.start()
      await derivation.until(({ outcome }) => outcome === 'started')
      await derivation.toEnd({ untilSafe: 6n })
      client.intercept = (call) => (isMeant(call) ? answerOf(call, status) : undefined)
      const before = derivation.chain.safe.number
      const waits = await tenMinutes(world, () => engine.status.snapshot().wait?.what ?? '')
      assert.equal(engine.ended.isOver, false)
      // If the answer to a new payload is SYNCING or ACCEPTED, the answer to the forkchoice decides. Here the answer to
      // the forkchoice is VALID.
      const isServed = status !== 'INVALID' && isMeant === isNewPayload
      assert.equal(derivation.chain.safe.number > before, isServed)
      const stated = waits.slice(60).filter((wait) => wait !== '').length
      assert.ok(isServed || stated > 400, `${stated} seconds with a wait; ${waits.at(-1)}`)
      client.intercept = () => undefined
      await world.bus.pass(40_000)
      await derivation.toEnd({ untilSafe: 24n })
      const { safe } = derivation.chain
      const recorded = world.record.l2.find(({ block }) => block.number === safe.number)
      assert.equal(safe.hash, recorded?.block.blockHash)
      assert.equal(engine.status.snapshot().wait, undefined)
    })
