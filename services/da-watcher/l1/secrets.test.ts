import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { serveHttp } from '#test/fakes/http-server.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { trueL1, watchL1 } from '#test/fakes/watched-l1.ts'

// The endpoints of this test quote requests in their answers. The keys in the requests must not appear in anything that
// an operator sees.

const { config } = await trueL1(join(recordsFolder, 'fork-ecotone'))

/** Secrets of one endpoint, by the part of the settings that contains them. */
type Secrets = Readonly<Record<'path' | 'query' | 'password' | 'header', string>>

const key = fc.stringMatching(/^[A-Za-z0-9_-]{16,64}$/)
const anySecrets: fc.Arbitrary<Secrets> = fc.record({
  path: key,
  query: key,
  // A password may have characters that are percent-encoded in a URL.
  password: fc.stringMatching(/^[A-Za-z0-9_]{8}[@:/?#&= %+]{0,4}[A-Za-z0-9_]{8,24}$/),
  header: fc.stringMatching(/^[A-Za-z0-9_.~+/=-]{16,64}$/),
})

/** Answers that quote the request: its path and query, and its headers. */
const answers: readonly ((quoted: string) => {
  status: number
  body: string
  location?: string
})[] = [
  ...[400, 401, 403, 404, 429, 500].map((status) => (quoted: string) => {
    return { status, body: `<html>no route for ${quoted}</html>` }
  }),
  (quoted) => ({ status: 200, body: `<html>${quoted}</html>` }),
  (quoted) => ({
    status: 200,
    body: JSON.stringify({ id: null, error: { code: -32_000, message: `bad key: ${quoted}` } }),
  }),
  (quoted) => ({
    status: 200,
    body: JSON.stringify({ id: null, error: { code: -32_005, message: `too many: ${quoted}` } }),
  }),
  (quoted) => ({ status: 302, body: '', location: `https://other.example${quoted.split(' ')[0]}` }),
]

/** A server that gives each answer in turn. */
async function quotingServer(
  t: TestContext,
  { path, query, password }: Secrets,
): Promise<{ url: string; requests: () => number }> {
  let requests = 0
  const url = await serveHttp(t, ({ incoming }, response) => {
    const { authorization = '', 'x-api-key': given = '' } = incoming.headers
    const quoted = `${incoming.url} ${authorization} ${String(given)}`
    const answer = answers[requests++ % answers.length]?.(quoted)
    const location = answer?.location
    response.writeHead(answer?.status ?? 200, location === undefined ? {} : { location })
    response.end(answer?.body)
  })
  const keyed = url.replace('http://', `http://operator:${encodeURIComponent(password)}@`)
  return { url: `${keyed}/v3/${path}?apikey=${query}`, requests: () => requests }
}

test('no secret of an endpoint is in status, log, metrics or answers, whatever the endpoint quotes', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'atoll-secrets-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const property = fc.asyncProperty(anySecrets, (secrets) => showNone(t, folder, secrets))
  await fc.assert(property, { numRuns: 5 })
})

async function showNone(t: TestContext, folder: string, secrets: Secrets): Promise<void> {
  const headersFile = join(folder, 'headers')
  writeFileSync(headersFile, `X-Api-Key: ${secrets.header}\n`)
  const [rpc, beacon] = [await quotingServer(t, secrets), await quotingServer(t, secrets)]
  const watched = await watchL1(t, config, {
    l1RpcUrls: [rpc.url],
    l1BeaconUrls: [beacon.url],
    l1RpcHeadersFile: headersFile,
    l1BeaconHeadersFile: headersFile,
  })
  const failures: string[] = []
  await watched.until('each answer was given twice', () => rpc.requests() > 2 * answers.length)
  for (let number = 1; number < 4; number++)
    await watched.fetch({ number }).catch((error: unknown) => failures.push(String(error)))
  const shown = [
    ...watched.waits,
    ...watched.logged,
    ...failures,
    await watched.metricsText(),
  ].join('\n')
  assert.ok(watched.waits.length > 3 && watched.logged.length > 3)
  const { password } = secrets
  const credentials = Buffer.from(`operator:${password}`).toString('base64')
  for (const secret of [...Object.values(secrets), encodeURIComponent(password), credentials])
    assert.ok(!shown.includes(secret), secret)
  await watched.stop()
}
