import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { toError } from '#runtime/fault.ts'
import { machineMs } from './machine-ms.ts'

/** A proxy of an Engine API that records when each block arrives. */
export interface TimedEngine {
  readonly url: string
  /** Waits for `engine_newPayload` of a block. @returns the time by `machineMs` at which the last byte arrived */
  arrival(hash: string): Promise<number>
  close(): Promise<void>
}

/** Number of bytes at both ends of a request that are searched for the name of its method. */
const endBytes = 200

/**
 * Starts a server that passes each request on. The time is taken before the request is parsed: parsing a large
 * block takes as long as its whole way from the peer to this server.
 */
export async function startTimedEngine(target: string): Promise<TimedEngine> {
  const arrivals = new Map<string, number>()
  const waiting = new Map<string, (atMs: number) => void>()
  const arrived = (hash: string, atMs: number) => {
    arrivals.set(hash, atMs)
    waiting.get(hash)?.(atMs)
    waiting.delete(hash)
  }
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>))
    const atMs = machineMs()
    const ends = Buffer.concat([body.subarray(0, endBytes), body.subarray(-endBytes)])
    const { authorization = '' } = request.headers
    const headers = { 'content-type': 'application/json', authorization }
    const answer = await fetch(target, { method: 'POST', headers, body })
    const text = await answer.text()
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text)
    const hash = /"latestValidHash":"(0x[0-9a-f]{64})"/u.exec(text)?.[1]
    if (ends.includes('engine_newPayload') && hash !== undefined) arrived(hash, atMs)
  }
  const server = createServer((request, response) => {
    pass(request, response).catch((error: unknown) => response.destroy(toError(error)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrival: async (hash) =>
      arrivals.get(hash) ?? new Promise((resolve) => waiting.set(hash, resolve)),
    close: async () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
