import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ScenarioName, scenarios } from '#test/simulator/scenarios.ts'
import { VerifierRun } from '#test/verifier/verifier-run.ts'

/** Number of seeds of a scenario; `npm run simulate` runs more. F17 needs 10 seeds to lose each kind of message. */
const seedsOf = (scenario: ScenarioName) => (scenario === 'lost' ? 10 : 5)

for (const scenario of Object.keys(scenarios) as ScenarioName[]) {
  test(`${scenario}: the verifier ends with the chain of one pass over L1, except where op-node would differ from that chain too`, async () => {
    for (let seed = 1; seed <= seedsOf(scenario); seed++) {
      const outcome = await new VerifierRun(seed).run(scenarios[scenario])
      if (outcome.kind === 'failed')
        assert.fail(`seed ${seed}: ${outcome.reason}\n${outcome.lastEvents}`)
    }
  })
}

test('blocks that gossip got from peers become the unsafe head, above a safe head that stays correct', async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const verifier = new VerifierRun(seed)
    const outcome = await verifier.run(scenarios.calm)
    assert.equal(outcome.kind, 'agreed')
    const [unsafe, safe] = (['unsafe', 'safe'] as const).map(
      (label) => verifier.client.labelled(label)?.number ?? 0n,
    )
    if (verifier.peers.accepted > 0 && (unsafe ?? 0n) > (safe ?? 0n)) return
  }
  assert.fail('no run ended with an unsafe head above the safe one')
})

test('a seed determines the run: the same events at the same times', async () => {
  const eventsOf = async (seed: number) => {
    const seeded = new VerifierRun(seed)
    await seeded.run(scenarios.mixed)
    return seeded.simulation.lastEvents()
  }
  const first = await eventsOf(5)
  assert.equal(await eventsOf(5), first)
  assert.notEqual(await eventsOf(6), first)
})
