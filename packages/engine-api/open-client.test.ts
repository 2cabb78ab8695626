import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { authorizationCheck } from '#json-rpc/jwt.ts'
import { systemClock } from '#runtime/clock.ts'
import { serveHttp } from '#test/fakes/http-server.ts'
import { testRollup } from '#test/fakes/test-rollup.ts'
import { openExecutionClient } from './open-client.ts'

test('a replaced JWT secret is used from the next second on, and a file without a secret changes nothing', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-jwt-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const jwtSecretFile = join(folder, 'jwt.hex')
  let passedMs = 0
  const problems: (string | undefined)[] = []
  const clock = { ...systemClock, now: () => Date.now() + passedMs }
  const headers: (string | undefined)[] = []
  const engineUrl = await serveHttp(t, ({ body, incoming }, response) => {
    headers.push(incoming.headers.authorization)
    const { id } = JSON.parse(body) as { readonly id: number }
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result: [] }))
  })
  const secret = (digits: string) => Buffer.from(digits.repeat(32), 'hex')
  writeFileSync(jwtSecretFile, '11'.repeat(32))
  const opened = await openExecutionClient({
    engineUrl,
    jwtSecretFile,
    engineTimeoutMs: 1_000,
    config: testRollup,
    clock,
    onSecretProblem: (problem) => problems.push(problem?.code),
  })
  t.after(() => opened.close())
  for (const [content, digits] of [
    ['11'.repeat(32), '11'],
    ['22'.repeat(32), '22'],
    ['no secret', '22'],
    ['no secret', '22'],
    ['33'.repeat(32), '33'],
  ] as const) {
    writeFileSync(jwtSecretFile, content)
    passedMs += 1_000
    assert.deepEqual(await opened.executionClient.capabilities(), [])
    const check = authorizationCheck({ secret: secret(digits), clock })
    assert.equal(await check(headers.at(-1)), undefined, content)
  }
  assert.deepEqual(problems, ['bad-key', undefined])
})
