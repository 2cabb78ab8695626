import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { serveHttp } from '#test/fakes/http-server.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { trueL1, watchL1 } from '#test/fakes/watched-l1.ts'

// Endpoints that repeat what they were sent: their keys must not appear in anything that an operator sees.

const { config } = await trueL1(join(recordsFolder, 'fork-ecotone'))

const secrets = [
  'sk_path_0123456789',
  'sk_query_0123456789',
  'sk_pass_0123456789',
  'sk_header_0123456789',
]
const [inPath, inQuery, asPassword, inHeader] = secrets as [string, string, string, string]

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
async function quotingServer(t: TestContext): Promise<{ url: string; requests: () => number }> {
  let requests = 0
  const url = await serveHttp(t, ({ incoming }, response) => {
    const { authorization = '', 'x-api-key': key = '' } = incoming.headers
    const quoted = `${incoming.url} ${authorization} ${String(key)}`
    const answer = answers[requests++ % answers.length]?.(quoted)
    const location = answer?.location
    response.writeHead(answer?.status ?? 200, location === undefined ? {} : { location })
    response.end(answer?.body)
  })
  const keyed = url.replace('http://', `http://operator:${asPassword}@`)
  return { url: `${keyed}/v3/${inPath}?apikey=${inQuery}`, requests: () => requests }
}

test('no key of an endpoint is in status, log, metrics or answers, whatever the endpoint quotes', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'atoll-secrets-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const headersFile = join(folder, 'headers')
  writeFileSync(headersFile, `X-Api-Key: ${inHeader}\n`)
  const [rpc, beacon] = [await quotingServer(t), await quotingServer(t)]
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
  const credentials = Buffer.from(`operator:${asPassword}`).toString('base64')
  for (const secret of [...secrets, credentials]) assert.ok(!shown.includes(secret), secret)
})
