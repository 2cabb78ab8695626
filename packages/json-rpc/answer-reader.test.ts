import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import type { ServerResponse } from 'node:http'
import { Pool } from 'undici'
import { serveHttp } from '#test/fakes/http-server.ts'
import { AnswerReader } from './answer-reader.ts'

const maxBytes = 10
const connections = 8

/** A server that answers with `answer`, and records the paths and connections of its requests. */
async function asked(t: TestContext, answer: (response: ServerResponse, path: string) => void) {
  const paths: string[] = []
  const sockets = new Set<Socket>()
  const url = await serveHttp(t, ({ incoming }, response) => {
    paths.push(incoming.url ?? '')
    sockets.add(incoming.socket)
    answer(response, incoming.url ?? '')
  })
  const pool = new Pool(url, { connections })
  t.after(() => pool.destroy())
  const ask = (path: string) => {
    const reader = new AnswerReader(maxBytes, () => new Error('too large'))
    pool.dispatch({ method: 'GET', path }, reader)
    return reader
  }
  return { ask, paths, sockets }
}

test('if a request is aborted in the queue, it is never sent', async (t) => {
  const held: ServerResponse[] = []
  const full = Promise.withResolvers<undefined>()
  const { ask, paths } = await asked(t, (response, path) => {
    if (path !== '/busy') response.end(path)
    else if (held.push(response) === connections) full.resolve(undefined)
  })
  const busy = Array.from({ length: connections }, () => ask('/busy'))
  await full.promise
  const queued = ask('/queued')
  queued.abort(new Error('aborted'))
  await assert.rejects(queued.answer, /aborted/)
  const after = Array.from({ length: 2 * connections }, () => ask('/after'))
  for (const response of held) response.end()
  await Promise.all([...busy, ...after].map(({ answer }) => answer))
  assert.ok(!paths.includes('/queued'), paths.join())
  assert.equal(paths.length, 3 * connections)
})

test('if an error page was read to its end, the connection is reused', async (t) => {
  const { ask, sockets } = await asked(t, (response) => response.writeHead(503).end('later'))
  for (let time = 0; time < 3 * connections; time++) {
    const { status, text } = await ask('/').answer
    assert.deepEqual([status, text], [503, 'later'])
  }
  assert.ok(sockets.size <= connections, `${sockets.size} connections`)
})

test('if an error page is long, only its beginning is read, and the rest of the page does not become part of the next answer', async (t) => {
  const { ask } = await asked(t, (response, path) => {
    if (path === '/bad') response.writeHead(404).end('x'.repeat(1_000_000))
    else response.end('fine')
  })
  const { status, text } = await ask('/bad').answer
  assert.equal(status, 404)
  assert.ok(text.length >= 1_024 && text.length < 1_000_000)
  assert.equal((await ask('/good').answer).text, 'fine')
})

for (const excess of [0, 1])
  test(`an answer that arrives in pieces, ${excess} bytes over the limit, is ${excess === 0 ? 'accepted' : 'refused'}`, async (t) => {
    const { ask } = await asked(t, (response, path) => {
      if (path !== '/long') return response.end('fine')
      response.write('x'.repeat(maxBytes))
      return setImmediate(() => response.end('x'.repeat(excess)))
    })
    const { answer } = ask('/long')
    if (excess === 0) assert.equal((await answer).text, 'x'.repeat(maxBytes))
    else await assert.rejects(answer, /too large/)
    assert.equal((await ask('/short').answer).text, 'fine')
  })

test('if a body is truncated, there is no answer', async (t) => {
  const { ask } = await asked(t, (response, path) => {
    if (path !== '/cut') return response.end('fine')
    response.writeHead(200, { 'content-length': maxBytes })
    return response.write('half', () => response.destroy())
  })
  await assert.rejects(ask('/cut').answer, { code: 'UND_ERR_SOCKET' })
  assert.equal((await ask('/whole').answer).text, 'fine')
})
