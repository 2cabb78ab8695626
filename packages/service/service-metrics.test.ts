import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import { registerServiceMetrics } from './service-metrics.ts'

test('the metrics for readiness and standby are read at each scrape', async () => {
  const registry = new Registry()
  let isReady = false
  registerServiceMetrics(registry, { isReady: () => isReady, isStandby: () => !isReady })
  assert.match(await registry.metrics(), /^atoll_service_ready 0$/m)
  assert.match(await registry.metrics(), /^atoll_service_standby 1$/m)
  isReady = true
  assert.match(await registry.metrics(), /^atoll_service_ready 1$/m)
  assert.match(await registry.metrics(), /^atoll_service_standby 0$/m)
})
