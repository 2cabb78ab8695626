import { errorCodes, JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { originOf } from '#json-rpc/server-url.ts'
import { readTlsFiles, type TlsContent, type TlsFiles } from '#json-rpc/tls-files.ts'
import { fromHex } from '#protocol/codec/hex.ts'
import { blockSigner, signatureBytes, signingHash } from '#protocol/p2p/payload-signature.ts'
import type { Address } from '#protocol/primitives.ts'
import type { Clock } from '#runtime/clock.ts'
import { recoverPublicKey } from '#runtime/crypto/secp256k1.ts'
import { type Fault, isFault } from '#runtime/fault.ts'
import { ReplaceableFiles } from '#runtime/keys/replaceable-files.ts'
import type {
  BlockSigner,
  FailedSigning,
  SignerAccount,
  Signing,
  SigningFailure,
} from './block-signer.ts'
import { type SignMethod, signMethods, type SignRequest } from './sign-request.ts'

/** A remote signer, and how it is called. */
export interface RemoteSignerOptions {
  readonly url: string
  /** The account that the signer signs with. */
  readonly address: Address
  readonly l2ChainId: bigint
  /** Headers of each request. */
  readonly headers: Readonly<Record<string, string>>
  readonly tlsFiles: TlsFiles
  /** Timeout of one signature. */
  readonly timeoutMs: number
  readonly clock: Clock
  /** Called when the TLS files cannot be used any more, and with undefined when they can be used again. */
  readonly onTlsProblem?: (problem: Fault | undefined) => void
}

/** Limit on the size of an answer, which is a signature or an error. */
const maxAnswerBytes = 65_536

/** A client, and the content of the TLS files that it uses. */
interface OpenClient {
  readonly tls: TlsContent
  readonly rpc: JsonRpcClient
  readonly calls: Set<Promise<unknown>>
}

/** Signs blocks with op-signer, or with another server that has its methods. */
export class RemoteSigner implements BlockSigner {
  readonly account: SignerAccount
  readonly #options: RemoteSignerOptions
  readonly #files: ReplaceableFiles<TlsContent>
  readonly #methods: readonly SignMethod[]
  /** The method that the signer has. */
  #method: SignMethod
  #client: OpenClient | undefined

  private constructor(options: RemoteSignerOptions, files: ReplaceableFiles<TlsContent>) {
    this.account = { address: options.address, name: '--signer-address' }
    this.#options = options
    this.#files = files
    const methods = signMethods(options.l2ChainId)
    this.#methods = methods
    ;[this.#method] = methods
  }

  /** Does not connect yet. @throws Fault `bad-key`, `file-refused` if the TLS files cannot be used */
  static async open(options: RemoteSignerOptions): Promise<RemoteSigner> {
    const files = await ReplaceableFiles.open({
      read: () => readTlsFiles(options.tlsFiles),
      onProblem: options.onTlsProblem,
    })
    return new RemoteSigner(options, files)
  }

  async sign(payloadHash: Uint8Array): Promise<Signing> {
    const { address, l2ChainId } = this.#options
    const answer = await this.#ask({ l2ChainId, payloadHash, address })
    if ('outcome' in answer) return answer
    const signature = signatureOf(answer.result)
    if (signature === undefined)
      return this.#failure('malformed', `its answer is not a signature of ${signatureBytes} bytes`)
    const signer = blockSigner(signingHash(l2ChainId, payloadHash), signature, recoverPublicKey)
    if (signer === address) return { outcome: 'signed', signature }
    if (signer === undefined) return this.#failure('malformed', 'its signature is not valid')
    return this.#failure('wrong-key', `it signs as ${signer}, but --signer-address is ${address}`)
  }

  /** The methods of op-signer sign blocks only. */
  async signAuthorization(): Promise<Signing> {
    return this.#failure('refused', 'it cannot sign authorizations of builders')
  }

  /** Calls the method with which op-node checks op-signer. Any JSON-RPC answer shows that the signer can be reached. */
  async check(): Promise<string | undefined> {
    try {
      await this.#call('health_status', [])
      return undefined
    } catch (error) {
      if (error instanceof JsonRpcError) return undefined
      return this.#failure(outcomeOf(error), reasonOf(error)).reason
    }
  }

  async close(): Promise<void> {
    await this.#client?.rpc.close()
  }

  /** Calls the method that the signer has. If the signer does not have this method, calls the other methods. */
  async #ask(request: SignRequest): Promise<{ readonly result: unknown } | FailedSigning> {
    const others = this.#methods.filter((method) => method !== this.#method)
    let failure: unknown
    for (const method of [this.#method, ...others]) {
      try {
        const result = await this.#call(method.method, method.paramsOf(request))
        this.#method = method
        return { result }
      } catch (error) {
        failure = error
        if (!(error instanceof JsonRpcError) || error.code !== errorCodes.methodNotFound) break
      }
    }
    return this.#failure(outcomeOf(failure), reasonOf(failure))
  }

  async #call(method: string, params: readonly unknown[]): Promise<unknown> {
    const { rpc, calls } = this.#clientFor(await this.#files.current())
    const call = rpc.call(method, params)
    calls.add(call)
    try {
      return await call
    } finally {
      calls.delete(call)
    }
  }

  /** New TLS files get a new client. The old client is closed when its last call ends, at the latest by its timeout. */
  #clientFor(tls: TlsContent): OpenClient {
    const before = this.#client
    if (before !== undefined && isSame(before.tls, tls)) return before
    if (before !== undefined) void Promise.allSettled(before.calls).then(() => before.rpc.close())
    const { clock, headers: fixedHeaders, timeoutMs, url } = this.#options
    const connecting = { timeoutMs, tls: hasContent(tls) ? tls : undefined }
    const endpoint = { url, fixedHeaders, maxResponseBytes: maxAnswerBytes, connecting }
    const rpc = new JsonRpcClient({ endpoints: [endpoint], timeoutMs, rounds: 1, clock })
    this.#client = { tls, rpc, calls: new Set() }
    return this.#client
  }

  #failure(outcome: SigningFailure, reason: string): FailedSigning {
    return { outcome, reason: `the signer ${originOf(this.#options.url)} failed: ${reason}` }
  }
}

function hasContent({ ca, cert }: TlsContent): boolean {
  return (ca ?? cert) !== undefined
}

function isSame(left: TlsContent, right: TlsContent): boolean {
  return left.ca === right.ca && left.cert === right.cert && left.key === right.key
}

function signatureOf(result: unknown): Uint8Array | undefined {
  const pattern = /^0x[0-9a-f]{130}$/iu
  return typeof result === 'string' && pattern.test(result)
    ? fromHex(result.toLowerCase())
    : undefined
}

/** @throws the error if it is not a failure of the signer */
function outcomeOf(error: unknown): SigningFailure {
  if (error instanceof JsonRpcError) return 'refused'
  if (!isFault(error)) throw error
  switch (error.code) {
    case 'rpc-timeout':
      return 'timed-out'
    case 'rpc-unreachable':
      return 'unreachable'
    case 'rpc-status':
    case 'rpc-limited':
      return 'refused'
    case 'rpc-response':
      return 'malformed'
    default:
      throw error
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof JsonRpcError) return `${error.message} (code ${error.code})`
  return isFault(error) ? (error.detail ?? error.message) : String(error)
}
