import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeSettings } from '#runtime/settings/settings.ts'
import { programs } from './programs.ts'

test('each duration names its unit in its help and its mistakes', () => {
  const settings = Object.values(programs).flatMap((schema) => describeSettings(schema))
  const durations = settings.filter(({ key }) => /(?:Ms|Seconds)$/u.test(key))
  assert.ok(durations.length > 10)
  for (const { key, want } of durations) {
    const unit = key.endsWith('Ms') ? 'milliseconds' : 'seconds'
    assert.ok(want.startsWith(`${unit} without a unit, `), `${key}: ${want}`)
  }
})
