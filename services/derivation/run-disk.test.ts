import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '#runtime/fault.ts'
import { DerivationWorld } from '#test/fakes/derivation-world.ts'
import { SafeHeadHistory } from './history/safe-head-history.ts'

type Write = 'begin' | 'intend' | 'record' | 'finish'

/** A safe-head history that refuses one kind of write, as if the disk were full. */
class FullHistory extends SafeHeadHistory {
  full: Write | undefined
  /** Number of refused writes. */
  refused = 0

  constructor() {
    super(':memory:')
  }

  #check(write: Write): void {
    if (this.full !== write) return
    this.refused++
    const cause = Object.assign(new Error('database or disk is full'), {
      code: 'ERR_SQLITE_ERROR',
      errcode: 13,
    })
    // The free space differs at each try. Nevertheless, the wait must be logged only once.
    const detail = `/data/safe-heads.sqlite: database or disk is full; its disk has ${this.refused} bytes free`
    throw new Fault('safe-head-history', { detail, cause })
  }

  override begin(...args: Parameters<SafeHeadHistory['begin']>) {
    this.#check('begin')
    return super.begin(...args)
  }

  override intend(...args: Parameters<SafeHeadHistory['intend']>) {
    this.#check('intend')
    super.intend(...args)
  }

  override record(...args: Parameters<SafeHeadHistory['record']>) {
    this.#check('record')
    super.record(...args)
  }

  override finish(...args: Parameters<SafeHeadHistory['finish']>) {
    this.#check('finish')
    super.finish(...args)
  }
}

/** Starts derivation with a history that refuses writes of the kind `full`. L1 has blocks up to 8. */
async function startedWorld(full: Write) {
  const world = await DerivationWorld.make()
  const history = new FullHistory()
  world.grow(8)
  await world.writeHeads()
  await world.begin(1n)
  history.full = full
  const derivation = await world.start({ history })
  let error: unknown
  derivation.ended.catch((reason: unknown) => {
    error = reason
  })
  return { world, history, derivation, failure: () => error }
}

for (const full of ['begin', 'intend', 'record', 'finish'] as const)
  test(`if the disk is too full for writes of kind ${full} for a minute, derivation waits, and then continues`, async () => {
    const { world, history, failure } = await startedWorld(full)
    await world.bus.pass(3_000)
    await world.bus.pass(60_000)
    assert.match(world.wait, /safe-heads\.sqlite: database or disk is full; .* \d+ bytes free$/)
    assert.ok(history.refused >= 55 && history.refused <= 66, `${history.refused} tries`)
    assert.equal(failure(), undefined)
    const said = world.logged.filter((line) => line === 'the safe-head history cannot be written')
    assert.equal(said.length, 1)
    history.full = undefined
    await world.bus.pass(1_500)
    await world.applyAll()
    assert.equal(world.targets.at(-1)?.currentL1?.number, 8n)
    // No entry is missing, so every lookup finds the right block.
    for (let number = 2n; number <= 8n; number++) {
      const found = history.at({ kind: 'l1-number', number })
      assert.equal(found.kind === 'found' && found.entry.l1.number, number)
    }
    assert.equal(world.wait, '')
  })

test('derivation ends if it is stopped while it waits for its disk', async () => {
  const { world, derivation, failure } = await startedWorld('begin')
  await world.bus.pass(10_000)
  derivation.stop()
  await world.bus.pass(10)
  const error = failure()
  assert.ok(error instanceof Fault && error.code === 'closed', String(error))
})
