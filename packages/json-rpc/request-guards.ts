import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isAllowedHost } from './allowed-hosts.ts'
import { type Caller, clientOf, type Clients, type Refusal } from './clients.ts'
import type { JsonRpcServerOptions, ServerLimits } from './json-rpc-server.ts'
import { authorizationCheck } from './jwt.ts'
import type { OpenRequests } from './open-requests.ts'

/** Parts of the server that guards and routes share. */
export interface Guarded {
  readonly options: JsonRpcServerOptions
  readonly limits: ServerLimits
  readonly clients: Clients
  readonly open: OpenRequests
}

interface Refused {
  readonly why: Refusal
  readonly status: number
  readonly text: string
}

/** Checks access before a body is read or a WebSocket opened. */
export function addGuards(app: FastifyInstance, { options, limits, clients, open }: Guarded): void {
  const { authorize, cors = [], jwtSecret, clock } = options
  const check = authorize ?? (jwtSecret && authorizationCheck({ secret: jwtSecret, clock }))
  const refuse = refuser(clients)

  function refusal({ headers, ip, ws }: FastifyRequest): Refused | undefined {
    // Browsers let pages open WebSockets to any origin. Requests without an origin are not from a browser.
    const { origin } = headers
    if (origin !== undefined && cors !== '*' && !cors.includes(origin))
      return { why: 'bad-origin', status: 403, text: 'origin not allowed' }
    if (ws && app.websocketServer.clients.size >= limits.maxSockets)
      return { why: 'full', status: 503, text: 'too many WebSockets' }
    if (!ws && open.isFull) return { why: 'full', status: 503, text: 'too many requests at once' }
    if (clients.requestBegan(clientOf(ip))) return undefined
    const text = 'too many requests of this address at once'
    return { why: 'too-many-requests', status: 429, text }
  }

  if (check !== undefined)
    app.addHook('onRequest', async (request, reply) => {
      const { headers, method } = request
      const text = method === 'OPTIONS' ? undefined : await check(headers.authorization)
      return text === undefined
        ? undefined
        : refuse(request, reply, { why: 'bad-token', status: 401, text })
    })
  // A request is checked and counted in one turn of the event loop, so that no other request is counted in between.
  app.addHook('onRequest', (request, reply, done) => {
    const { ws, socket } = request
    // The client may have hung up while its token was checked, or before its request was read.
    if (socket.destroyed || (!ws && reply.raw.closed)) {
      reply.hijack()
      return
    }
    if (request.method !== 'OPTIONS') {
      const refused = refusal(request)
      if (refused !== undefined) {
        refuse(request, reply, refused)
        return
      }
      open.add(request.raw, { response: reply.raw, ws })
    }
    done()
  })
}

/** Returns a function that refuses a request, and counts it. */
function refuser(clients: Clients) {
  return ({ ip }: FastifyRequest, reply: FastifyReply, { why, status, text }: Refused) => {
    clients.refused(clientOf(ip), why)
    return reply.code(status).type('text/plain').send(text)
  }
}

/** Refuses pages that use DNS rebinding, including their preflights. */
export function addHostGuard(app: FastifyInstance, { options, clients }: Guarded): void {
  const { jwtSecret, allowedHosts = jwtSecret === undefined ? ['localhost'] : '*' } = options
  if (allowedHosts === '*') return
  const refuse = refuser(clients)
  app.addHook('onRequest', (request, reply, done) => {
    if (isAllowedHost(allowedHosts, request.headers.host)) done()
    else refuse(request, reply, { why: 'bad-host', status: 403, text: 'invalid host specified' })
  })
}

/** A body that is refused. */
export class BodyError extends Error {
  override readonly name = 'BodyError'
  readonly why: Refusal

  constructor(why: Refusal) {
    super(why)
    this.why = why
  }
}

/** Reads the text of a body. @throws BodyError if it is too large, or its client uses too much memory */
export function readBody(
  body: IncomingMessage,
  { maxBytes, caller }: { readonly maxBytes: number; readonly caller: Caller | undefined },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const refuse = (why: Refusal) => {
      body.off('data', onData).pause()
      reject(new BodyError(why))
    }
    const onData = (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxBytes) refuse('too-large')
      else if (caller?.hold(chunk.length) === false) refuse('too-many-bytes')
      else chunks.push(chunk)
    }
    if (Number(body.headers['content-length'] ?? 0) > maxBytes) return refuse('too-large')
    // Listeners are used, because an async iterator alone would double the time of a small call.
    body.on('data', onData)
    body.once('error', reject)
    body.once('end', () => {
      const [first, ...others] = chunks
      const whole = first === undefined || others.length > 0 ? Buffer.concat(chunks) : first
      resolve(whole.toString('utf8'))
    })
  })
}
