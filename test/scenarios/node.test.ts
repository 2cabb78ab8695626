import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NodeRun } from '#test/nodes/node-run.ts'
import {
  type NodeScenario,
  type NodeScenarioName,
  nodeScenarios,
} from '#test/nodes/node-scenarios.ts'

/** The seed of each scenario; `npm run simulate -- --what node` runs more. */
const seed = 1

/** Duration of the disturbances: half of their duration in `npm run simulate`. */
const disturbedMs = 45_000

for (const [name, scenario] of Object.entries(nodeScenarios) as [NodeScenarioName, NodeScenario][])
  test(`${name}: the nodes end with one chain that is on time, and sign one block at each height`, async () => {
    const { disturb, hasFlashblocks = false, isAlone = false } = scenario
    const options = { disturbedMs, hasFlashblocks, isAlone }
    const outcome = await new NodeRun(seed, options).run(disturb)
    if (outcome.kind === 'failed') assert.fail(`${outcome.reason}\n${outcome.lastEvents}`)
  })
