import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { deserialize, serialize } from 'node:v8'
import { Fault, toError } from '#runtime/fault.ts'

/** Functions that another process may call. */
export type Remote = Readonly<Record<string, (...args: never[]) => unknown>>

/** Serves functions to processes on this machine, with values as they are: big integers, bytes, maps. */
export async function serveRemote(functions: Remote): Promise<{ url: string; server: Server }> {
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const { name, args } = deserialize(Buffer.concat(chunks)) as { name: string; args: never[] }
      try {
        const value: unknown = functions[name]?.(...args)
        outgoing.end(serialize({ value }))
      } catch (error) {
        outgoing.end(serialize({ error: toError(error).message }))
      }
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

/** Calls a function that `serveRemote` serves. @throws Fault `refused` with what it threw; `unreachable` */
export function callRemote(url: string, name: string, args: readonly unknown[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST' }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const { value, error } = deserialize(Buffer.concat(chunks)) as {
          value?: unknown
          error?: string
        }
        if (error === undefined) resolve(value)
        else reject(new Fault('refused', { severity: 'reset', detail: error }))
      })
    })
    call.on('error', (cause) => {
      reject(new Fault('unreachable', { severity: 'temporary', cause }))
    })
    call.end(serialize({ name, args }))
  })
}
