/**
 * A builder that attacks. It forwards calls to the Engine API of an honest builder, and changes the answers.
 *
 *   node test/builders/hostile-builder.ts UPSTREAM_URL
 *
 * It prints its URL. `POST /attack/NAME` selects an attack.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Payload } from '#protocol/block/payload.ts'
import { hashPayload } from '#protocol/block/payload-hash.ts'
import type { Hash } from '#protocol/primitives.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import { payloadJson, payloadToJson, toPayload } from '#json-rpc/forms/payload-json.ts'

const [upstream = ''] = process.argv.slice(2)

/** Attacks that change a block. */
const changes: Readonly<Record<string, (payload: Payload) => Partial<Payload>>> = {
  'other-parent': () => ({ parentHash: `0x${'11'.repeat(32)}` as Hash }),
  'no-deposits': ({ transactions }) => ({ transactions: transactions.slice(1) }),
  'much-gas': ({ gasLimit }) => ({ gasUsed: gasLimit + 1n }),
  'wrong-extra-data': () => ({ extraData: new Uint8Array(17) }),
  'added-deposit': ({ transactions }) => ({
    transactions: [...transactions, Uint8Array.of(0x7e, 0xc0)],
  }),
  'wrong-state-root': ({ parentHash }) => ({ stateRoot: parentHash }),
  'large-block': ({ transactions }) => ({
    transactions: [...transactions, new Uint8Array(11 * 1024 * 1024).fill(2)],
  }),
}

/** Attacks that answer in place of the honest builder. */
const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
  never: () => undefined,
  'status-500': (response) => void response.writeHead(500).end('no'),
  html: (response) => void response.end('<html><body>welcome</body></html>'),
  'huge-answer': (response) => {
    const part = Buffer.alloc(1024 * 1024, 0x20)
    const write = () => {
      while (!response.destroyed && response.write(part));
    }
    response.on('drain', write)
    write()
  },
}

/** How long the attack `late` waits. */
const lateMs = 600

let attack = 'none'

createServer((incoming, response) => {
  handle(incoming, response).catch((error: unknown) => {
    console.error(error)
    response.destroy()
  })
}).listen(0, '127.0.0.1', function listening(this: { address(): unknown }) {
  const { port } = this.address() as AddressInfo
  console.log(`http://127.0.0.1:${port}`)
})

async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const [, first, name] = (incoming.url ?? '').split('/')
  if (first === 'attack') {
    attack = name ?? 'none'
    response.end()
    return
  }
  const body = Buffer.concat(chunks).toString()
  const isSeal = body.includes('engine_getPayload')
  const instead = answers[attack]
  if (isSeal && instead !== undefined) {
    instead(response)
    return
  }
  const headers = {
    'content-type': 'application/json',
    authorization: incoming.headers.authorization ?? '',
  }
  const passed = await fetch(upstream, { method: 'POST', headers, body })
  const answer = await passed.text()
  if (isSeal && attack === 'late') await new Promise((resolve) => setTimeout(resolve, lateMs))
  response.writeHead(passed.status, { 'content-type': 'application/json' })
  response.end(isSeal ? attacked(answer) : answer)
}

/** The answer to a seal with a changed block, whose hash matches. */
function attacked(answer: string): string {
  const change = changes[attack]
  if (change === undefined) return answer
  const { result, ...rest } = JSON.parse(answer) as {
    readonly result: {
      readonly executionPayload: unknown
      readonly parentBeaconBlockRoot: Hash
    }
  }
  const json = parseJson(payloadJson, result.executionPayload)
  const payload = toPayload(json, result.parentBeaconBlockRoot)
  const next = { ...payload, ...change(payload) }
  const executionPayload = payloadToJson({ ...next, blockHash: hashPayload(next) })
  return JSON.stringify({ ...rest, result: { ...result, executionPayload } })
}
