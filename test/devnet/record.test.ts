import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { hardforkNames } from '#protocol/chains/hardforks.ts'
import { forkOffsetsOf } from '#devnet/rollup/fork-offsets.ts'
import { DevnetWorld } from './devnet-world.ts'

const run = promisify(execFile)
const atoll = fileURLToPath(new URL('../../packages/cli/atoll.js', import.meta.url))

/** Seconds between the activations of two hardforks. */
const gap = 4

test('all hardforks activate one after another: both nodes have the same blocks, and they are derived again from a record of L1', async (t) => {
  const offsets = hardforkNames
    .slice(0, hardforkNames.indexOf('karst') + 1)
    .map((name, at) => `${name}=${(at + 1) * gap}`)
  const forkOffsets = forkOffsetsOf(offsets)
  const devnet = await DevnetWorld.start(t, { forkOffsets })
  const last = (offsets.length + 2) * gap
  await devnet.untilSafe(last, 180_000)
  const { beaconUrl, folder, l1Url, nodes, rollup } = devnet.world
  const out = join(folder, 'record')
  const recordArgs = {
    'l1-rpc-url': l1Url,
    'l1-beacon-url': beaconUrl,
    'l2-rpc-url': nodes[1]?.executionUrl ?? '',
    'rollup-config': rollup.files.rollupConfig,
    'l1-chain-config': rollup.files.l1ChainConfig,
    genesis: rollup.files.genesis,
    from: '0',
    to: String(last),
    out,
  }
  const flags = Object.entries(recordArgs).map(([name, value]) => `--${name}=${value}`)
  await run(process.execPath, [atoll, 'record', '--trust-l1', ...flags])
  const derive = ['derive', '--record', out, '--execute', '--json', '--quiet']
  const { stdout } = await run(process.execPath, [atoll, ...derive], { maxBuffer: 2 ** 26 })
  const summary: unknown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  assert.ok(typeof summary === 'object' && summary !== null && 'blocks' in summary)
  // The record ends with the batch that has the block.
  assert.ok(Number(summary.blocks) >= last)
  t.diagnostic(
    `${last} blocks over ${offsets.length} hardforks: ${stdout.trim().split('\n').at(-1)}`,
  )
})
