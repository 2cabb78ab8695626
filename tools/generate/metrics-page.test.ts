import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alerts } from './alerts.ts'
import { alertProblems, describedMetrics, metricsPage } from './metrics-page.ts'

const metric = { name: 'atoll_test_seconds', type: 'histogram', help: 'a test', labels: ['kind'] }

test('an alert with a metric or a label that does not exist is a problem', () => {
  const rules = [
    { name: 'Fine', expr: 'sum by (kind, le) (rate(atoll_test_seconds_bucket{kind="a"}[5m])) > 1' },
    { name: 'NoMetric', expr: 'atoll_gone_total > 0' },
    { name: 'NoMatcher', expr: 'atoll_test_seconds{code=~"a|b"} > 0' },
    { name: 'NoGroup', expr: 'sum by (instance, name) (atoll_test_seconds)' },
  ]
  assert.deepEqual(alertProblems(rules, [metric]), [
    'NoMetric: atoll_gone_total does not exist',
    'NoMatcher: atoll_test_seconds has no label code',
    'NoGroup: atoll_test_seconds has no label name',
  ])
})

test('each alert uses metrics and labels that services register', async () => {
  const metrics = [...(await describedMetrics()).values()].flat()
  assert.deepEqual(alertProblems(alerts, metrics), [])
})

test('no metric has a label that Prometheus sets itself, since Prometheus would rename the label', async () => {
  for (const { name, labels } of [...(await describedMetrics()).values()].flat())
    assert.ok(!labels.includes('job') && !labels.includes('instance'), name)
})

test('the page has each metric with its type, labels and alerts', async () => {
  const page = await metricsPage()
  for (const [, metrics] of await describedMetrics())
    for (const { name, help } of metrics) {
      assert.ok(page.includes(`| \`${name}\` |`), name)
      assert.notEqual(help, '')
    }
  assert.match(
    page,
    /\| `atoll_da_watcher_failures_total` \| counter \| `code` \| .* \| `AtollL1Fails` \|/,
  )
})
