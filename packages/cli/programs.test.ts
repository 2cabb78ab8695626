import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  describeSettings,
  readSettings,
  type SettingsSchema,
  SettingsError,
  shownValue,
} from '#runtime/settings/settings.ts'
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

const secret = 'sk0123456789'

/** URLs with a secret in one or more of their parts. Some of the URLs are malformed. */
const urlWithSecret = fc
  .record({
    scheme: fc.constantFrom(
      'http://',
      'https://',
      'ws://',
      'htp://',
      'nats://',
      'http:/',
      '//',
      '',
    ),
    user: fc.constantFrom('', `${secret}@`, `user:${secret}@`, `:${secret}@`),
    host: fc.constantFrom('localhost', 'l1.example:8545', '127.0.0.1:99999', '[::1]:1', 'a b'),
    path: fc.constantFrom('', `/${secret}`, `/v3/${secret}/x`, `\\${secret}`),
    search: fc.constantFrom(
      '',
      `?key=${secret}`,
      `#${secret}`,
      `?${secret}&a=1`,
      `?a=b&c=d;${secret}`,
    ),
  })
  .map(({ scheme, user, host, path, search }) => scheme + user + host + path + search)

test('neither a reported mistake nor atoll config shows a secret in the value of a setting', () => {
  const settings = Object.values(programs).flatMap((schema) =>
    describeSettings(schema)
      .filter(({ want, isSecret }) => isSecret || want.startsWith('a URL'))
      .map((setting) => ({ schema, ...setting })),
  )
  assert.ok(settings.length > 10)
  fc.assert(
    fc.property(
      // Draws the index of a setting instead of the setting, because a failure prints the drawn values, and a setting
      // has a large schema.
      fc.nat(settings.length - 1),
      fc.array(urlWithSecret, { minLength: 1, maxLength: 2 }),
      (at, urls) => {
        const setting = settings[at] ?? assert.fail()
        const { schema, flag, variable, want } = setting
        const value = want.endsWith('several with commas') ? urls.join() : (urls[0] ?? '')
        for (const source of [
          { args: [`${flag}=${value}`], env: {} },
          { args: [], env: { [variable]: value } },
        ])
          assertHidden(schema, source)
        assert.ok(!shownValue(setting, value).includes(secret), shownValue(setting, value))
      },
    ),
    { numRuns: 2_000 },
  )
})

/** Reads settings. This may fail, but the error must not contain the secret. */
function assertHidden(
  schema: SettingsSchema,
  source: { readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> },
): void {
  try {
    readSettings(schema, source)
  } catch (error) {
    assert.ok(error instanceof SettingsError)
    assert.ok(!error.message.includes(secret), error.message)
  }
}
