import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import protobuf from 'protobufjs'
import { runAtoll } from '#test/command/run-atoll.ts'
import { quoting } from '#test/endpoints/misbehaviours.ts'
import { NodeBehindProxies } from '#test/endpoints/node-behind-proxies.ts'
import { secretPath } from '#test/endpoints/proxy.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { requireNatsServer } from './servers.ts'

// Runs a node as processes on a real server, with an OpenTelemetry collector.

/** The part of OTLP that the test reads. Source: opentelemetry-proto, collector/trace/v1/trace_service.proto */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue { string string_value = 1; }
  message ScopeSpans { repeated Span spans = 2; }
  message Span { bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; }
`)
const exported = root.lookupType('ExportTraceServiceRequest')

/** A span that a service sent. */
interface SentSpan {
  readonly service: string
  readonly name: string
  readonly trace: string
  readonly id: string
  readonly parent: string
}

interface Exported {
  readonly resourceSpans: readonly {
    readonly resource: {
      readonly attributes: readonly { key: string; value: { stringValue: string } }[]
    }
    readonly scopeSpans: readonly {
      readonly spans: readonly Record<'traceId' | 'spanId' | 'parentSpanId' | 'name', string>[]
    }[]
  }[]
}

function spansOf(body: Uint8Array): readonly SentSpan[] {
  const options = { bytes: String, defaults: true, arrays: true }
  const { resourceSpans } = exported.toObject(exported.decode(body), options) as Exported
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const named = resource.attributes.find(({ key }) => key === 'service.name')
    const service = named?.value.stringValue ?? ''
    return scopeSpans.flatMap(({ spans }) =>
      spans.map(({ name, traceId: trace, spanId: id, parentSpanId: parent }) => {
        return { service, name, trace, id, parent }
      }),
    )
  })
}

/** Starts a collector until the test ends. */
async function startCollector(
  t: TestContext,
): Promise<{ readonly url: string; readonly bodies: readonly Buffer[] }> {
  const bodies: Buffer[] = []
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    bodies.push(await buffer(request))
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
  }
  const server = createServer((request, response) => void take(request, response))
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  t.after(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`, bodies }
}

/** The spans from the root of a trace to a span, each as `service: span`. */
function pathTo(span: SentSpan, byId: ReadonlyMap<string, SentSpan>): string {
  const { service, name, parent, trace } = span
  const above = byId.get(parent)
  if (above !== undefined) assert.equal(above.trace, trace)
  const place = `${service}: ${name}`
  return above === undefined ? place : `${pathTo(above, byId)} → ${place}`
}

test('one trace leads from an L1 head to the safe head, through three processes', async (t) => {
  const found = await requireNatsServer()
  if (found.kind !== 'program') throw new Error('this test cannot use NATS in Docker')
  const { url, bodies } = await startCollector(t)
  const ran = await runAtoll([
    'devnet',
    `--record=${recordsFolder}all-forks-lagoon`,
    `--nats-server=${found.path}`,
    `--otlp-url=${url}`,
    '--until=safe=60',
    '--speed=12',
  ])
  assert.equal(ran.code, 0, ran.err)
  const spans = bodies.flatMap(spansOf)
  const byId = new Map(spans.map((span) => [span.id, span]))
  const paths = new Set(spans.map((span) => pathTo(span, byId)))
  // Derivation writes its targets when an L1 block is fully derived, and the engine reads the targets.
  const whole = [
    'atoll-da-watcher: da-watcher.new-head',
    'atoll-derivation: da-watcher.l1-heads',
    'atoll-engine: engine.apply-attributes',
    'atoll-derivation: engine.chain',
    'atoll-engine: derivation.targets',
  ].join(' → ')
  assert.ok(paths.has(whole), [...paths].join('\n'))
})

test('no span contains the key of an endpoint, even if the errors of the endpoint repeat the key', async (t) => {
  const { url: otlpUrl, bodies } = await startCollector(t)
  const node = await NodeBehindProxies.start(t, { endpoints: 1, isInMemory: false, otlpUrl })
  const atHead = () => node.until('derivation is at the head', () => node.isAtHead, 30_000)
  await atHead()
  for (const proxy of [...node.rpcs, ...node.beacons]) proxy.misbehave = quoting
  assert.ok(node.grow('blobs'))
  await node.until('the status quotes the error', () => node.waits.includes('no route for'), 15_000)
  for (const proxy of [...node.rpcs, ...node.beacons]) proxy.misbehave = undefined
  await atHead()
  await node.check()
  const services = () => new Set(bodies.flatMap(spansOf).map(({ service }) => service))
  await node.until('all services have sent spans', () => services().size === 3, 15_000)
  const [, secret = ''] = secretPath.split('/')
  for (const body of bodies) assert.ok(!body.includes(secret))
})
