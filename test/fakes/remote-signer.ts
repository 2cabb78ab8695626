import type { IncomingHttpHeaders, Server as HttpServer, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { TLSSocket } from 'node:tls'
import { toHex } from '#protocol/codec/hex.ts'
import { signBlock, signingHash } from '#protocol/p2p/payload-signature.ts'
import { signerKey } from './block-messages.ts'
import type { Certificate } from './certificates.ts'

/** A request as the signer sees it. */
export interface SeenSigning {
  readonly body: string
  readonly headers: IncomingHttpHeaders
  /** Common name of the client's certificate. */
  readonly client: string | undefined
}

/** Answers a request. `sign` returns the signature of a key for the request. */
export type SignerAnswer = (
  response: ServerResponse,
  request: { readonly id: number; readonly method: string; readonly sign: Sign },
) => void

type Sign = (key?: Uint8Array) => string

/** The certificate of the server, and the authority of its clients, PEM. */
export interface SignerTls extends Certificate {
  readonly ca: string
}

const v1 = 'opsigner_signBlockPayload'

const answerWith = (response: ServerResponse, id: number, answer: object) =>
  void response.end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }))

/** Answers of signers: correct answers, as from op-signer, and wrong answers. */
export const signerAnswers = {
  signs: (response, { id, sign }) => answerWith(response, id, { result: sign() }),
  'has only version 2': (response, { id, method, sign }) => {
    const error = { code: -32_601, message: `the method ${method} does not exist` }
    answerWith(response, id, method === v1 ? { error } : { result: sign() })
  },
  hangs: () => undefined,
  'has a wrong key': (response, { id, sign }) =>
    answerWith(response, id, { result: sign(new Uint8Array(32).fill(2)) }),
  'refuses the client': (response, { id }) =>
    answerWith(response, id, {
      error: { code: -32_000, message: "403 Forbidden: client 'a' is not authorized" },
    }),
  'fails with 500': (response) => void response.writeHead(500).end('out of order'),
  'answers with HTML': (response) => void response.end('<html>not a signer</html>'),
  'answers with a short signature': (response, { id, sign }) =>
    answerWith(response, id, { result: sign().slice(0, -2) }),
  'answers with v of 27': (response, { id, sign }) =>
    answerWith(response, id, {
      result: sign().replace(/..$/u, (v) => (Number(v) + 27).toString(16)),
    }),
  'answers with null': (response, { id }) => answerWith(response, id, { result: null }),
  'answers with an object': (response, { id, sign }) =>
    answerWith(response, id, { result: { signature: sign() } }),
} as const satisfies Readonly<Record<string, SignerAnswer>>

/** A server with the API of op-signer, on a port of loopback. */
export class FakeSigner {
  /** Requests for signatures. */
  readonly seen: SeenSigning[] = []
  /** Requests for the status of the signer. */
  readonly checks: SeenSigning[] = []
  answer: SignerAnswer = signerAnswers.signs
  readonly #tls: SignerTls | undefined
  #server: HttpServer | undefined
  #port = 0

  private constructor(tls: SignerTls | undefined) {
    this.#tls = tls
  }

  /** Starts a signer, with HTTPS if there are certificates. It stops when the test ends. */
  static async start(t: TestContext, tls?: SignerTls): Promise<FakeSigner> {
    const signer = new FakeSigner(tls)
    await signer.listen()
    t.after(() => signer.stop())
    return signer
  }

  get isUp(): boolean {
    return this.#server?.listening === true
  }

  get url(): string {
    return `${this.#tls === undefined ? 'http' : 'https'}://127.0.0.1:${this.#port}`
  }

  /** Listens. After a stop, listens on the same port again. */
  async listen(): Promise<void> {
    const { cert, key, ca } = this.#tls ?? {}
    const server =
      this.#tls === undefined
        ? createServer()
        : createSecureServer({ cert, key, ca, requestCert: true, rejectUnauthorized: true })
    server.on('request', (incoming, response) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () => {
        const body = Buffer.concat(chunks).toString()
        const { socket, headers } = incoming
        const subject =
          socket instanceof TLSSocket ? socket.getPeerCertificate().subject : undefined
        const client = subject?.CN
        const seen = { body, headers, client: Array.isArray(client) ? client[0] : client }
        this.#respond(seen, response)
      })
    })
    await new Promise<void>((resolve) => {
      server.listen(this.#port, '127.0.0.1', resolve)
    })
    this.#server = server
    this.#port = (server.address() as AddressInfo).port
  }

  stop(): void {
    this.#server?.close()
    this.#server?.closeAllConnections()
  }

  #respond(seen: SeenSigning, response: ServerResponse): void {
    const { id, method, params } = JSON.parse(seen.body) as {
      readonly id: number
      readonly method: string
      readonly params: readonly [
        { readonly chainId: number | string; readonly payloadHash: string },
      ]
    }
    if (method === 'health_status') {
      this.checks.push(seen)
      this.answer(response, { id, method, sign: () => 'v1.5.0' })
      return
    }
    this.seen.push(seen)
    const [{ chainId, payloadHash }] = params
    const hash = payloadHash.startsWith('0x')
      ? Buffer.from(payloadHash.slice(2), 'hex')
      : Buffer.from(payloadHash, 'base64')
    const sign: Sign = (key = signerKey) =>
      toHex(signBlock(signingHash(BigInt(chainId), hash), key))
    this.answer(response, { id, method, sign })
  }
}
