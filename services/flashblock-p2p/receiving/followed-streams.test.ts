import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import pino from 'pino'
import { Registry } from 'prom-client'
import { systemClock } from '#runtime/clock.ts'
import { isFault } from '#runtime/fault.ts'
import { flashblocksOf, streamText } from '#test/fakes/flashblocks.ts'
import { serveWebSockets } from '#test/fakes/web-socket-server.ts'
import { createMetrics } from '#services/flashblock-p2p/metrics.ts'
import type { Event } from '#services/flashblock-p2p/state.ts'
import { followedUrlsOf, FollowedStreams } from './followed-streams.ts'

const [first = assert.fail()] = flashblocksOf([1])

/** Follows streams until the test ends. */
function follow(t: TestContext, urls: readonly string[]) {
  const lines: string[] = []
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(line) })
  const metrics = createMetrics(new Registry())
  const streams = new FollowedStreams(urls, { clock: systemClock, log, metrics })
  const events: Event[] = []
  const sink = { push: async (event: Event) => void events.push(event), fail: assert.fail }
  for (const source of streams.sources) t.after(source(sink as never))
  return { streams, events, lines }
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds() && tries < 2_000; tries++) await setTimeout(5)
  assert.ok(holds())
}

test('a frame that is no flashblock does not make a connected stream a problem', async (t) => {
  const url = await serveWebSockets(t, (socket) => {
    socket.send('{"payload_id":"0x01"}')
    socket.send(streamText(first))
  })
  const { events, streams } = follow(t, [url])
  assert.match(streams.problem ?? '', /not connected yet/)
  await until(() => events.length === 1)
  assert.equal(streams.problem, undefined)
})

test('one stream that is connected is enough, and a URL that is given twice is one stream', async (t) => {
  const url = await serveWebSockets(t, (socket) => socket.send(streamText(first)))
  const { events, streams } = follow(t, [url, 'ws://127.0.0.1:9', url])
  await until(() => events.length === 1)
  assert.deepEqual([streams.count, streams.sources.length, streams.problem], [2, 2, undefined])
})

test('a stream that is closed again and again is logged once a minute, without the words of its server', async (t) => {
  let connections = 0
  const url = await serveWebSockets(t, (socket) => {
    connections++
    socket.send(streamText(first))
    socket.close(1013, 'words of the server')
  })
  const { lines, streams } = follow(t, [`${url}/?key=secret-of-mine`])
  await until(() => connections > 5)
  assert.equal(lines.length, 1)
  assert.doesNotMatch(lines.join(''), /words|secret/)
  await until(() => streams.problem?.includes('1013') === true)
})

test('a node with other builders follows no stream', () => {
  assert.deepEqual(followedUrlsOf(undefined, ['a peer']), [])
  assert.deepEqual(followedUrlsOf(['ws://a'], []), ['ws://a'])
  const refused = (error: unknown) => isFault(error, 'settings')
  assert.throws(() => followedUrlsOf(['ws://a'], ['a peer']), refused)
})
