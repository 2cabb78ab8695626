import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { deserialize, serialize } from 'node:v8'
import { Fault, isFault, toError } from '#runtime/fault.ts'

/** Functions that another process may call. */
export type Remote = Readonly<Record<string, (...args: never[]) => unknown>>

/** The functions as another process calls them, asynchronously. */
export type Caller<Functions extends Remote> = {
  readonly [Name in keyof Functions]: (
    ...args: Parameters<Functions[Name]>
  ) => Promise<ReturnType<Functions[Name]>>
}

interface Call {
  readonly name: string
  readonly args: never[]
}

interface Answer {
  readonly value?: unknown
  readonly error?: string
  /** Whether the error is a Fault. A Fault means that the execution client refused heads. */
  readonly isFault?: boolean
}

/** Serves functions to processes on this machine. Arguments and results may have bigints, bytes and maps. */
export async function serveRemote(functions: Remote): Promise<{ url: string; server: Server }> {
  // Tests freeze the callers. If the server closed an idle connection, the first call after the thaw would fail.
  const server = createServer({ keepAliveTimeout: 0 }, (incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => outgoing.end(serialize(answer(functions, Buffer.concat(chunks)))))
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

function answer(functions: Remote, body: Buffer): Answer {
  const { name, args } = deserialize(body) as Call
  try {
    return { value: functions[name]?.(...args) }
  } catch (error) {
    return { error: toError(error).message, isFault: isFault(error) }
  }
}

/** Calls the functions that `serveRemote` serves. Throws a Fault if a function threw a Fault or cannot be reached. */
export function callerOf<Functions extends Remote>(url: string): Caller<Functions> {
  return new Proxy({} as Caller<Functions>, {
    get:
      (_target, name) =>
      (...args: never[]) =>
        post(url, { name: String(name), args }),
  })
}

function post(url: string, call: Call): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const posted = request(url, { method: 'POST' }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const answered = deserialize(Buffer.concat(chunks)) as Answer
        if (answered.error === undefined) resolve(answered.value)
        else reject(toFault(answered.error, answered.isFault === true ? 'fault' : 'bug'))
      })
    })
    posted.on('error', (cause) => {
      reject(new Fault('engine-unreachable', { cause }))
    })
    posted.end(serialize(call))
  })
}

function toFault(detail: string, kind: 'fault' | 'bug'): Error {
  if (kind === 'bug') return new Error(detail)
  return new Fault('engine-forkchoice', { detail })
}
