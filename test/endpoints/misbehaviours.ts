import { setTimeout as sleep } from 'node:timers/promises'
import type { Misbehave, Proxied } from './proxy.ts'

/** A way in which endpoints fail. */
export interface Misbehaviour {
  readonly name: string
  readonly api: 'rpc' | 'beacon'
  readonly misbehave: Misbehave
  /** Matches the text of the status during the misbehaviour; undefined if the node continues. */
  readonly says: RegExp | undefined
}

type Json = Record<string, unknown>
type Call = { readonly id: number; readonly method: string; readonly params: readonly unknown[] }

/** The calls of a request. */
export function callsIn(body: string): readonly Call[] {
  return [JSON.parse(body) as Call | Call[]].flat()
}

/** Answers with an HTTP status and a body. */
export const status =
  (code: number, text = '', headers: Readonly<Record<string, string>> = {}): Misbehave =>
  ({ response }) =>
    void response.writeHead(code, headers).end(text)

/** Changes the result of each call. */
export const change =
  (to: (call: Call, result: unknown) => unknown): Misbehave =>
  async ({ body, forward, response }) => {
    const { text } = await forward()
    const asked = callsIn(body)
    const changed = [JSON.parse(text) as Json | Json[]].flat().map((answer) => {
      const call = asked.find(({ id }) => id === answer['id'])
      return call === undefined ? answer : { ...answer, result: to(call, answer['result']) }
    })
    response.end(JSON.stringify(text.startsWith('[') ? changed : changed[0]))
  }

/** Answers each call with a JSON-RPC error, and HTTP status 200. */
export const refuse =
  (error: Json): Misbehave =>
  ({ body, response }) => {
    const request = JSON.parse(body) as Call | Call[]
    const answers = [request].flat().map(({ id }) => ({ jsonrpc: '2.0', id, error }))
    response.end(JSON.stringify(Array.isArray(request) ? answers : answers[0]))
  }

/** Replaces the bloom of each receipt. */
function withOtherBloom(result: unknown): unknown {
  if (Array.isArray(result)) return (result as Json[]).map(withOtherBloom)
  return { ...(result as Json), logsBloom: `0x${'01'.repeat(256)}` }
}

const ofBlock = ({ method }: Call) => method.startsWith('eth_getBlockBy')
const ofReceipts = ({ method }: Call) => method.endsWith('Receipts')

/** Misbehaves only for requests for blobs. Other requests get correct answers. */
export const ofBlobs =
  (misbehave: Misbehave): Misbehave =>
  async (proxied: Proxied) => {
    if (proxied.path.includes('/blob')) return misbehave(proxied)
    const { status: code, text } = await proxied.forward()
    proxied.response.writeHead(code).end(text)
    return undefined
  }

/** Never answers. */
export const hang: Misbehave = () => undefined

const truncated: Misbehave = async ({ forward, response }) => {
  const { text } = await forward()
  response.end(text.slice(0, Math.floor(text.length / 2)))
}

/** An error page that repeats the URL, with its key. */
export const quoting: Misbehave = ({ url, response }) =>
  void response.writeHead(500).end(`no route for ${url}`)

export const html = '<html><body>try later</body></html>'

const rpc = (name: string, misbehave: Misbehave, says?: RegExp): Misbehaviour => {
  return { name, api: 'rpc', misbehave, says }
}

const beacon = (name: string, misbehave: Misbehave, says?: RegExp): Misbehaviour => {
  return { name, api: 'beacon', misbehave: ofBlobs(misbehave), says }
}

/** Every misbehaviour of an endpoint of L1. */
export const misbehaviours: readonly Misbehaviour[] = [
  rpc(
    'receipts with a wrong root',
    change((call, result) => (call.method.includes('Receipt') ? withOtherBloom(result) : result)),
    /receipts root/,
  ),
  rpc(
    'a header whose hash does not match',
    change((call, result) =>
      ofBlock(call) && result !== null
        ? { ...(result as Json), stateRoot: `0x${'12'.repeat(32)}` }
        : result,
    ),
    /the header has hash/,
  ),
  rpc('status 429', status(429), /HTTP status 429/),
  rpc('status 429 with Retry-After', status(429, '', { 'retry-after': '2' }), /HTTP status 429/),
  rpc('a limit in a body', refuse({ code: 429, message: 'over capacity' }), /over capacity/),
  rpc(
    'a limit with backoff_seconds',
    refuse({ code: -32_005, message: 'rate exceeded', data: { backoff_seconds: 2 } }),
    /rate exceeded/,
  ),
  rpc(
    'a limit with code 15',
    refuse({ code: 15, message: 'Too many request' }),
    /Too many request/,
  ),
  rpc(
    'header not found',
    refuse({ code: -32_000, message: 'header not found' }),
    /header not found/,
  ),
  rpc('status 500', status(500, html), /HTTP status 500/),
  rpc('a page that repeats the URL', quoting, /no route for/),
  rpc('a page of HTML with status 200', status(200, html), /not JSON/),
  rpc('answers that are cut off', truncated, /not JSON/),
  rpc('no answer', hang, /no answer in/),
  rpc('a closed connection', ({ response }) => void response.destroy(), /rpc-unreachable/),
  rpc(
    'wrong ids',
    async ({ forward, response }) => {
      const { text } = await forward()
      response.end(text.replaceAll(/"id":\d+/g, '"id":1000000'))
    },
    /no answer to call/,
  ),
  rpc(
    'null for each block',
    change((call, result) => (ofBlock(call) ? null : result)),
    /has no head|it has no block|no endpoint/,
  ),
  rpc('no method that returns all receipts of a block', async (proxied) => {
    if (callsIn(proxied.body).some(ofReceipts))
      return refuse({ code: -32_601, message: 'the method does not exist' })(proxied)
    proxied.response.end((await proxied.forward()).text)
    return undefined
  }),
  rpc('batches refused', async (proxied) => {
    if (proxied.body.startsWith('[')) {
      proxied.response.end(
        JSON.stringify({
          jsonrpc: '2.0',
          id: null,
          error: { code: -32_600, message: 'no batches' },
        }),
      )
      return
    }
    proxied.response.end((await proxied.forward()).text)
  }),
  rpc('answers after 1.5 s', async ({ forward, response }) => {
    await sleep(1_500)
    response.end((await forward()).text)
  }),
  beacon('beacon: status 404', status(404, '{"message":"slot not found"}'), /slot not found/),
  beacon('beacon: status 403', status(403, 'forbidden'), /HTTP status 403/),
  beacon('beacon: status 500', status(500, html), /HTTP status 500/),
  beacon('beacon: a page that repeats the URL', quoting, /no route for/),
  beacon('beacon: status 429', status(429), /HTTP status 429/),
  beacon('beacon: no answer', hang, /no answer in/),
  beacon('beacon: an empty list', status(200, '{"data":[]}'), /no blobs at slot/),
  beacon('beacon: a page of HTML', status(200, html), /rpc-response/),
  beacon('beacon: answers that are cut off', truncated, /rpc-response/),
  beacon(
    'beacon: wrong blobs',
    async ({ forward, response }) => {
      const { text } = await forward()
      response.end(text.replaceAll(/0x[0-9a-f]{262140}/g, (blob) => `0x01${blob.slice(4)}`))
    },
    /is not among them/,
  ),
  beacon('beacon: sidecars only', async (proxied) => {
    if (proxied.path.includes('/blobs/')) return status(404)(proxied)
    proxied.response.end((await proxied.forward()).text)
    return undefined
  }),
]
