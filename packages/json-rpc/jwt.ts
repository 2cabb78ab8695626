import { createHmac } from 'node:crypto'
import { compactVerify, errors } from 'jose'
import type { Clock } from '#runtime/clock.ts'
import { readHexKey } from '#runtime/keys/hex-key.ts'

/** Why a token is refused. The texts are those of op-geth. */
export type TokenProblem =
  | 'missing token'
  | 'token is malformed'
  | 'signature is invalid'
  | 'signing method is invalid'
  | 'token is expired'
  | 'missing issued-at'
  | 'stale token'
  | 'future token'

/** Maximum difference between `iat` and the current time. Spec: execution-apis/engine/authentication.md */
export const tokenSkewMs = 60_000

/** Length of the secret of the Engine API. */
export const jwtSecretBytes = 32

/**
 * Reads the secret shared by a node and its execution client, as `atoll keys create jwt` writes it.
 *
 * @throws Fault `bad-key`, `file-refused`
 */
export async function readJwtSecret(path: string): Promise<Uint8Array> {
  return Buffer.from(await readHexKey(path), 'hex')
}

/**
 * Makes a token, valid for a minute, for the header `Authorization: Bearer <token>`. Every call of the Engine API needs
 * a token. This is our own code, since `jose` signs on another thread, which takes 0.2 ms more, and on a busy machine
 * some ms more.
 *
 * @param unixMs time of issue, which the token has in whole seconds
 */
export async function createToken(secret: Uint8Array, unixMs: number): Promise<string> {
  const parts = [{ alg: 'HS256', typ: 'JWT' }, { iat: Math.floor(unixMs / 1_000) }]
  const encoded = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  const signed = encoded.join('.')
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

/**
 * Returns a function that checks an `Authorization` header: HS256, `iat` within a minute of now, `exp` (if present) in
 * the future. The function returns undefined for a valid token.
 *
 * A client sends the same token for a second or longer, so the signature of a token is verified only once. `jose`
 * verifies on another thread, which made each call to a busy machine 0.6 ms slower.
 */
export function authorizationCheck({
  secret,
  clock,
}: {
  readonly secret: Uint8Array
  readonly clock: Clock
}): (header: string | undefined) => Promise<TokenProblem | undefined> {
  let verified: { readonly token: string; readonly claims: Claims | undefined } | undefined
  return async (header) => {
    const token = header?.startsWith('Bearer ') === true ? header.slice('Bearer '.length) : ''
    if (token === '') return 'missing token'
    // `jose` accepts padding, which tokens must not have.
    if (!/^[\w.-]+$/.test(token)) return 'token is malformed'
    try {
      if (verified?.token === token) return checkClaims(verified.claims, clock.now())
      const { payload } = await compactVerify(token, secret, { algorithms: ['HS256'] })
      const claims = parseClaims(payload)
      verified = { token, claims }
      return checkClaims(claims, clock.now())
    } catch (error) {
      if (error instanceof errors.JOSEError) return problemOf(error)
      throw error
    }
  }
}

/** The claims of a token. */
type Claims = Readonly<Record<string, unknown>>

function problemOf(error: errors.JOSEError): TokenProblem {
  if (error instanceof errors.JOSEAlgNotAllowed) return 'signing method is invalid'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature is invalid'
  return 'token is malformed'
}

/**
 * Checks the claims in op-geth's order, so that a token with two flaws gets the same answer as from op-geth. `jose`
 * would also check `nbf`, which the Engine API does not have.
 */
function checkClaims(claims: Claims | undefined, nowMs: number): TokenProblem | undefined {
  if (claims === undefined) return 'token is malformed'
  const [iat, exp] = [claims['iat'] ?? undefined, claims['exp'] ?? undefined]
  if (!isTime(iat) || !isTime(exp)) return 'token is malformed'
  if (exp !== undefined && nowMs >= Math.trunc(exp) * 1_000) return 'token is expired'
  if (iat === undefined) return 'missing issued-at'
  const ageMs = nowMs - Math.trunc(iat) * 1_000
  if (ageMs > tokenSkewMs) return 'stale token'
  return ageMs < -tokenSkewMs ? 'future token' : undefined
}

function isTime(value: unknown): value is number | undefined {
  return value === undefined || typeof value === 'number'
}

function parseClaims(payload: Uint8Array): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString('utf8'))
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
