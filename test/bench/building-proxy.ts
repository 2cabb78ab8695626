import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { toError } from '#runtime/fault.ts'

/** One block that a sequencer made, in Unix milliseconds. */
export interface BuiltBlock {
  readonly number: number
  /** When the execution client had started to build. */
  readonly startedMs: number
  /** When the sequencer asked for the block. */
  readonly askedMs: number
  /** When the sequencer had the block. */
  readonly gotMs: number
  readonly bytes: number
  /** Share of the gas limit that the block uses, as gas or as DA footprint, whichever is larger. */
  readonly fullness: number
}

/** A proxy of an Engine API that records when a sequencer starts and asks for its blocks. */
export interface BuildingProxy {
  readonly url: string
  readonly blocks: readonly BuiltBlock[]
  close(): Promise<void>
}

/** Starts a server that passes each request on. */
export async function startBuildingProxy(target: string): Promise<BuildingProxy> {
  const blocks: BuiltBlock[] = []
  let startedMs: number | undefined
  const note = (body: string, text: string, askedMs: number) => {
    const gotMs = Date.now()
    if (body.includes('engine_forkchoiceUpdated') && /"payloadId":"0x/u.test(text))
      startedMs = gotMs
    if (!body.includes('engine_getPayload') || startedMs === undefined) return
    const read = (field: string) =>
      Number(new RegExp(`"${field}":"(0x[0-9a-f]+)"`, 'u').exec(text)?.[1] ?? Number.NaN)
    const number = read('blockNumber')
    if (Number.isNaN(number)) return
    // From Jovian on, the field `blobGasUsed` has the DA footprint.
    const fullness = Math.max(read('gasUsed'), read('blobGasUsed')) / read('gasLimit')
    blocks.push({ number, startedMs, askedMs, gotMs, bytes: text.length / 2, fullness })
    startedMs = undefined
  }
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>))
    const askedMs = Date.now()
    const { authorization = '' } = request.headers
    const headers = { 'content-type': 'application/json', authorization }
    const answer = await fetch(target, { method: 'POST', headers, body })
    const text = await answer.text()
    note(body.subarray(0, 200).toString() + body.subarray(-200).toString(), text, askedMs)
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text)
  }
  const server = createServer((request, response) => {
    pass(request, response).catch((error: unknown) => response.destroy(toError(error)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    blocks,
    close: async () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
