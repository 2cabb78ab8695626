import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { isFault } from '#runtime/fault.ts'
import { type SeenRequest, serveHttp } from '#test/fakes/http-server.ts'
import { Endpoint, type EndpointOptions } from './endpoint.ts'
import { createToken } from './jwt.ts'
import { JsonRpcClient } from './json-rpc-client.ts'
import { systemClock } from '#runtime/clock.ts'
import { ServerUrl } from './server-url.ts'

const waiting = { timeoutMs: 5_000, signal: undefined }

function endpoint(t: TestContext, options: EndpointOptions): Endpoint {
  const made = new Endpoint(options)
  t.after(() => made.close())
  return made
}

test('user and password of a URL are sent as Basic authorization, and not with the URL', async (t) => {
  const seen: SeenRequest[] = []
  const url = await serveHttp(t, (request, response) => {
    seen.push(request)
    response.end('{}')
  })
  const withUser = url.replace('http://', 'http://op%40node:p%3Aw@')
  const { name } = endpoint(t, { url: withUser })
  assert.equal(name, url)
  await endpoint(t, { url: withUser }).post('{}', waiting)
  const { authorization = '' } = seen[0]?.incoming.headers ?? {}
  assert.equal(Buffer.from(authorization.replace('Basic ', ''), 'base64').toString(), 'op@node:p:w')
})

test('fixed headers are sent with each request', async (t) => {
  const seen: SeenRequest[] = []
  const url = await serveHttp(t, (request, response) => {
    seen.push(request)
    response.end('{}')
  })
  const made = endpoint(t, { url, fixedHeaders: { 'x-api-key': 'abcdefgh' } })
  await made.get('/eth/v1/node', waiting)
  await made.post('{}', waiting)
  assert.deepEqual(
    seen.map(({ incoming }) => incoming.headers['x-api-key']),
    ['abcdefgh', 'abcdefgh'],
  )
})

const key = fc.stringMatching(/^[0-9A-Za-z_%-]{8,40}$/)

test('a cleaned text contains no part of a URL or header that may be a key', () => {
  fc.assert(
    fc.property(fc.tuple(key, key, key, key), fc.string(), (keys, noise) => {
      const [segment, value, user, password] = keys
      const url = `https://${user}:${password}@rpc.example/v2/${segment}?apikey=${value}`
      const token = `${value}0${segment}`
      const header = `Bearer ${token}`
      const server = new ServerUrl(url, [header])
      const text = `${noise}${url} ${segment}/${value} ${server.headers['authorization']} ${header}${noise}`
      const cleaned = server.clean(text)
      for (const secret of [segment, value, password, token])
        assert.ok(noise.includes(secret) || !cleaned.includes(secret), cleaned)
    }),
  )
})

test('a token is masked even if the name of its header is missing, and so is a query that is only a key', () => {
  const server = new ServerUrl('https://rpc.example/?0123456789abcdef', ['Bearer sk_0123456789'])
  assert.equal(server.clean('bad sk_0123456789 and 0123456789abcdef'), 'bad … and …')
})

test('a malformed percent sign in a URL is kept as it is', () => {
  for (const url of [
    'https://h/v2/100%zzkey1',
    'https://h/rpc?apikey=abcdefg%25',
    'http://u:50%off@h',
  ])
    assert.equal(new ServerUrl(url).clean(''), '')
})

test('a short word of a path, such as a version, stays readable', () => {
  const server = new ServerUrl('https://rpc.example/v3/0123456789abcdef')
  assert.equal(
    server.clean('no route /v3/0123456789abcdef, see /v3/help'),
    'no route …, see /v3/help',
  )
})

for (const [name, answer] of [
  ['a status with a page', { status: 404, page: (path: string) => `<p>no ${path} here</p>` }],
  ['a page with status 200', { status: 200, page: (path: string) => `<p>${path}</p>` }],
  [
    'an error of JSON-RPC',
    {
      status: 200,
      page: (path: string) =>
        JSON.stringify({ id: 1, error: { code: -32_000, message: `bad key in ${path}` } }),
    },
  ],
] as const)
  test(`if ${name} repeats the path, the error does not contain the key`, async (t) => {
    const secret = 'sk_0123456789abcdef'
    const url = await serveHttp(t, ({ incoming }, response) => {
      response.writeHead(answer.status).end(answer.page(incoming.url ?? ''))
    })
    const endpoints = [{ url: `${url}/v3/${secret}?token=${secret}` }]
    const rpc = new JsonRpcClient({ endpoints, rounds: 1, timeoutMs: 5_000, clock: systemClock })
    t.after(() => rpc.close())
    await assert.rejects(rpc.call('eth_chainId', []), (error: Error) => {
      assert.ok(!error.message.includes(secret), error.message)
      const fields = isFault(error) ? JSON.stringify(error.fields) : ''
      assert.ok(!fields.includes(secret), fields)
      return true
    })
  })

test('a redirect within the server is followed with the same body, up to three times', async (t) => {
  const seen: string[] = []
  const serve = (redirects: number) =>
    serveHttp(t, ({ body, incoming }, response) => {
      seen.push(`${incoming.method} ${incoming.url} ${body}`)
      const at = Number(/\d+$/.exec(incoming.url ?? '')?.[0] ?? 0)
      if (at >= redirects) response.end('done')
      else response.writeHead(308, { location: `/to/${at + 1}` }).end()
    })
  const three = endpoint(t, { url: await serve(3) })
  assert.equal((await three.post('{"id":1}', waiting)).text, 'done')
  assert.equal(seen.at(-1), 'POST /to/3 {"id":1}')
  const four = endpoint(t, { url: await serve(4) })
  await assert.rejects(four.post('{}', waiting), /redirects more than 3 times/)
})

test('if a location has no leading slash, it is relative to the path of the request', async (t) => {
  const seen: string[] = []
  const url = await serveHttp(t, ({ incoming }, response) => {
    seen.push(incoming.url ?? '')
    if (seen.length > 1) response.end('done')
    else response.writeHead(307, { location: 'main?key=2' }).end()
  })
  await endpoint(t, { url: `${url}/v3/old?key=1` }).post('{}', waiting)
  assert.deepEqual(seen, ['/v3/old?key=1', '/v3/main?key=2'])
})

test('the timeout of a request includes all of its redirects', async (t) => {
  let requests = 0
  const url = await serveHttp(t, (_request, response) => {
    // The first answer comes soon, the second never.
    if (requests++ === 0) setTimeout(() => response.writeHead(307, { location: '/a' }).end(), 300)
  })
  const short = { timeoutMs: 500, signal: undefined }
  await assert.rejects(endpoint(t, { url }).post('{}', short), /no answer in 500 ms/)
  assert.equal(requests, 2)
})

test('if a redirect leads to another server, it is not followed, and the error names its target', async (t) => {
  const url = await serveHttp(t, (_request, response) =>
    response.writeHead(301, { location: 'https://other.example/v3/key' }).end(),
  )
  await assert.rejects(
    endpoint(t, { url }).post('{}', waiting),
    /HTTP status 301: it redirects to https:\/\/other\.example, which is not followed/,
  )
  const lost = await serveHttp(t, (_request, response) => response.writeHead(302).end())
  await assert.rejects(endpoint(t, { url: lost }).post('{}', waiting), /without a location/)
})

test('a token in an answer is not shown', async () => {
  const token = await createToken(new Uint8Array(32), 1_700_000_000_000)
  const cleaned = new ServerUrl('http://127.0.0.1:8551').clean(`authorization: Bearer ${token}, x`)
  assert.equal(cleaned, 'authorization: Bearer …, x')
})
