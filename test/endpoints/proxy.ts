import type { ServerResponse } from 'node:http'
import type { TestContext } from 'node:test'
import { serveHttp } from '#test/fakes/http-server.ts'

/** A request to a server behind a proxy, and how to answer it. */
export interface Proxied {
  /** The URL as the node has it, with its key. */
  readonly url: string
  /** Path and query, without the key. */
  readonly path: string
  readonly body: string
  /** The good answer: of the server behind the proxy. */
  readonly forward: () => Promise<Forwarded>
  readonly response: ServerResponse
}

/** The answer of the server behind a proxy. */
export interface Forwarded {
  readonly status: number
  readonly text: string
}

/** What a server does instead of answering well. */
export type Misbehave = (proxied: Proxied) => Promise<void> | void

/** A server that forwards requests to a good one, or misbehaves as a test says. */
export interface Proxy {
  readonly url: string
  /** Undefined: it answers well. */
  misbehave: Misbehave | undefined
}

/** The secret in the path of each proxy, as providers have keys; it must never be shown. */
export const secretPath = 'v3/5ecret0f0perat0r'

/** Serves a proxy until the test ends. @param prefix path of its URL, which is removed from requests; a secret by default */
export async function serveProxy(
  t: TestContext,
  target: string,
  prefix = `/${secretPath}`,
): Promise<Proxy> {
  const proxy: { -readonly [Key in keyof Proxy]: Proxy[Key] } = { url: '', misbehave: undefined }
  const origin = await serveHttp(t, ({ body, incoming }, response) => {
    const path = (incoming.url ?? '/').replace(prefix, '')
    const { authorization } = incoming.headers
    const forward = async () => {
      const answer = await fetch(`${target}${path === '' ? '/' : path}`, {
        method: incoming.method ?? 'GET',
        headers: {
          'content-type': 'application/json',
          ...(authorization !== undefined && { authorization }),
        },
        ...(body !== '' && { body }),
      })
      return { status: answer.status, text: await answer.text() }
    }
    const answerWell = async () => {
      const { status, text } = await forward()
      response.writeHead(status, { 'content-type': 'application/json' }).end(text)
    }
    const answered = async () => {
      const { misbehave } = proxy
      await (misbehave === undefined
        ? answerWell()
        : misbehave({ url: proxy.url, path, body, forward, response }))
    }
    answered().catch((error: unknown) => {
      // The server behind it ends before the proxy when a test ends.
      response.destroy(error instanceof Error ? error : undefined)
    })
  })
  proxy.url = `${origin}${prefix}`
  return proxy
}
