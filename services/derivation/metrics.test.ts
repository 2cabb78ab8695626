import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import { blockId, l1Ref } from '#test/fakes/values.ts'
import { createMetrics } from './metrics.ts'

test('dropped data, resets and progress are counted under their names', async () => {
  const registry = new Registry()
  const metrics = createMetrics(registry)
  metrics.dropped({ what: 'frame', reason: 'out-of-order' })
  metrics.dropped({ what: 'channel', reason: 'timed-out' })
  metrics.dropped({ what: 'batch', reason: 'past' })
  metrics.dropped({ what: 'config-update', reason: 'topics' })
  metrics.began()
  metrics.reset('l1-reorg')
  metrics.halted('malformed-deposit')
  metrics.resent()
  metrics.applied('built', 0.003)
  metrics.progressed({
    currentL1: l1Ref(7),
    finalized: blockId(5),
    generation: 1n,
    version: 1n,
  })
  metrics.progressed({ currentL1: undefined, finalized: undefined, generation: 0n, version: 0n })
  const text = await registry.metrics()
  for (const line of [
    'atoll_derivation_frames_dropped_total{reason="out-of-order"} 1',
    'atoll_derivation_channels_dropped_total{reason="timed-out"} 1',
    'atoll_derivation_batches_dropped_total{reason="past"} 1',
    'atoll_derivation_config_updates_dropped_total{reason="topics"} 1',
    'atoll_derivation_pipelines_total 1',
    'atoll_derivation_resets_total{cause="l1-reorg"} 1',
    'atoll_derivation_halts_total{reason="malformed-deposit"} 1',
    'atoll_derivation_resends_total 1',
    'atoll_derivation_attributes_total{outcome="built"} 1',
    'atoll_derivation_attributes_seconds_bucket{le="0.005"} 1',
    'atoll_derivation_current_l1_number 7',
    'atoll_derivation_finalized_target_number 5',
  ])
    assert.ok(text.includes(line), line)
})
