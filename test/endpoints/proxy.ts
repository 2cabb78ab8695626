import type { ServerResponse } from 'node:http'
import type { TestContext } from 'node:test'
import { serveHttp } from '#test/fakes/http-server.ts'

/** A request that a proxy received, and the means to answer it. */
export interface Proxied {
  /** The URL that the node uses, with the key in its path. */
  readonly url: string
  /** Path and query, without the key. */
  readonly path: string
  readonly body: string
  /** Gets the correct answer, from the server behind the proxy. */
  readonly forward: () => Promise<Forwarded>
  readonly response: ServerResponse
}

/** The answer of the server behind a proxy. */
export interface Forwarded {
  readonly status: number
  readonly text: string
}

/** An action of a proxy instead of the correct answer. */
export type Misbehave = (proxied: Proxied) => Promise<void> | void

/** A server that forwards requests to a correct server, or misbehaves when a test sets `misbehave`. */
export interface Proxy {
  readonly url: string
  /** With undefined, the proxy forwards requests. */
  misbehave: Misbehave | undefined
}

/** A secret in the path of each proxy, like the key of a provider. The secret must never be shown. */
export const secretPath = 'v3/5ecret0f0perat0r'

/** Serves a proxy until the test ends. @param prefix path of its URL, removed from requests; by default, a secret */
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
      // When a test ends, the server behind the proxy ends before the proxy.
      response.destroy(error instanceof Error ? error : undefined)
    })
  })
  proxy.url = `${origin}${prefix}`
  return proxy
}
