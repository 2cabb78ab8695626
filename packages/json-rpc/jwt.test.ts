import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { systemClock } from '#runtime/clock.ts'
import { authorizationCheck, createToken, readJwtSecret, tokenSkewMs } from './jwt.ts'

const secret = new Uint8Array(32).fill(0xaa)
const madeAt = 1_700_000_000
const folder = mkdtempSync(join(tmpdir(), 'atoll-jwt-'))
after(() => rmSync(folder, { recursive: true }))

/** Checks a header `laterMs` after the tokens of this file were issued. @returns the flaw of the header */
function check(header: string | undefined, laterMs = 0) {
  const clock = { ...systemClock, now: () => madeAt * 1_000 + laterMs }
  return authorizationCheck({ secret, clock })(header)
}

const hs256: unknown = { alg: 'HS256' }

/** A token with these claims and header, signed with a secret. */
function bearer(claims: unknown, { header = hs256, key = secret } = {}) {
  const encode = (value: unknown) =>
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
  const signed = `${encode(header)}.${encode(claims)}`
  return `Bearer ${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
}

test('for the same secret and time, a token equals the token of other clients', async () => {
  assert.equal(
    await createToken(secret, madeAt * 1_000 + 999),
    'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjE3MDAwMDAwMDB9.ttwUx34P9DHovHNBcrh7m0mwBLOPKrLQxTxAiDjmn3Q',
  )
})

test('a token is valid for a minute before and after its time of issue', async () => {
  const header = `Bearer ${await createToken(secret, madeAt * 1_000)}`
  assert.equal(tokenSkewMs, 60_000)
  for (const laterMs of [0, 60_000, -60_000]) assert.equal(await check(header, laterMs), undefined)
  assert.equal(await check(header, 60_001), 'stale token')
  assert.equal(await check(header, -60_001), 'future token')
})

test('after a token is accepted, a token with a wrong signature is refused, and the accepted token is refused when it becomes too old', async () => {
  let nowMs = madeAt * 1_000
  const checked = authorizationCheck({ secret, clock: { ...systemClock, now: () => nowMs } })
  const header = bearer({ iat: madeAt })
  assert.equal(await checked(header), undefined)
  assert.equal(await checked(header), undefined)
  assert.equal(await checked(`${header}A`), 'signature is invalid')
  assert.equal(
    await checked(bearer({ iat: madeAt }, { key: new Uint8Array(32) })),
    'signature is invalid',
  )
  assert.equal(await checked(header), undefined)
  nowMs += 60_001
  assert.equal(await checked(header), 'stale token')
})

test('an expiry is checked if present', async () => {
  assert.equal(await check(bearer({ iat: madeAt, exp: madeAt + 1 }), 999), undefined)
  assert.equal(await check(bearer({ iat: madeAt, exp: madeAt + 1 }), 1_000), 'token is expired')
  assert.equal(await check(bearer({ iat: madeAt, exp: null })), undefined)
})

test('unknown claims are ignored', async () => {
  assert.equal(await check(bearer({ iat: madeAt, id: 'x', clv: 'y', __proto__: 1 })), undefined)
  for (const nbf of [madeAt + 1_000, 'never'])
    assert.equal(await check(bearer({ iat: madeAt, nbf })), undefined)
})

for (const [what, header, problem] of [
  ['no header', undefined, 'missing token'],
  ['an empty header', '', 'missing token'],
  ['another scheme', 'Basic dXNlcg==', 'missing token'],
  ['a scheme alone', 'Bearer ', 'missing token'],
  ['one part', 'Bearer x', 'token is malformed'],
  ['two parts', 'Bearer x.y', 'token is malformed'],
  ['four parts', 'Bearer w.x.y.z', 'token is malformed'],
  ['another secret', bearer({ iat: madeAt }, { key: new Uint8Array(32) }), 'signature is invalid'],
  ['no signature', bearer({ iat: madeAt }).replace(/[^.]*$/, ''), 'signature is invalid'],
  ['padding', `${bearer({ iat: madeAt })}=`, 'token is malformed'],
  ['a letter more', `${bearer({ iat: madeAt })}A`, 'signature is invalid'],
  ['no method', bearer({ iat: madeAt }, { header: { alg: 'none' } }), 'signing method is invalid'],
  [
    'a token header that is not JSON',
    bearer({ iat: madeAt }, { header: '{' }),
    'token is malformed',
  ],
  ['claims that are not JSON', bearer('{'), 'token is malformed'],
  ['claims that are a number', bearer(5), 'token is malformed'],
  ['a time of issue that is a string', bearer({ iat: String(madeAt) }), 'token is malformed'],
  ['an expiry that is a string', bearer({ iat: madeAt, exp: 'never' }), 'token is malformed'],
  ['no time of issue', bearer({}), 'missing issued-at'],
  ['a time of issue that is null', bearer({ iat: null }), 'missing issued-at'],
  ['an infinite time of issue', bearer(`{"iat":1e999}`), 'future token'],
] as const) {
  test(`an Authorization header is refused (${what}): ${problem}`, async () => {
    assert.equal(await check(header), problem)
  })
}

test('a secret is read from its file', async () => {
  const path = join(folder, 'jwt')
  writeFileSync(path, ` 0x${'aA'.repeat(32)}\n`)
  assert.deepEqual(new Uint8Array(await readJwtSecret(path)), secret)
  writeFileSync(path, 'aa'.repeat(31))
  await assert.rejects(readJwtSecret(path), { code: 'bad-key' })
})
