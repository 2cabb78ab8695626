import { compactVerify, errors, SignJWT } from 'jose'
import type { Clock } from '#runtime/clock.ts'
import { readHexKey } from '#runtime/keys/hex-key.ts'

/** Why a token is refused; op-geth's texts. */
export type TokenProblem =
  | 'missing token'
  | 'token is malformed'
  | 'signature is invalid'
  | 'signing method is invalid'
  | 'token is expired'
  | 'missing issued-at'
  | 'stale token'
  | 'future token'

/** Maximum distance of `iat` from now. Spec: execution-apis/engine/authentication.md */
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
 * Makes a token, valid for a minute, for the header `Authorization: Bearer <token>`.
 *
 * @param unixMs time of issue; the token has whole seconds
 */
export function createToken(secret: Uint8Array, unixMs: number): Promise<string> {
  return new SignJWT({ iat: Math.floor(unixMs / 1_000) })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(secret)
}

/**
 * Checks the `Authorization` header of a request: HS256, `iat` within a minute of now, `exp` (if present) in the future.
 *
 * @returns undefined if the token is valid
 */
export async function checkAuthorization(
  header: string | undefined,
  { secret, clock }: { readonly secret: Uint8Array; readonly clock: Clock },
): Promise<TokenProblem | undefined> {
  const token = header?.startsWith('Bearer ') === true ? header.slice('Bearer '.length) : ''
  if (token === '') return 'missing token'
  // `jose` accepts padding, which tokens must not have.
  if (!/^[\w.-]+$/.test(token)) return 'token is malformed'
  try {
    const { payload } = await compactVerify(token, secret, { algorithms: ['HS256'] })
    return checkClaims(parseClaims(payload), clock.now())
  } catch (error) {
    if (error instanceof errors.JOSEError) return problemOf(error)
    throw error
  }
}

function problemOf(error: errors.JOSEError): TokenProblem {
  if (error instanceof errors.JOSEAlgNotAllowed) return 'signing method is invalid'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature is invalid'
  return 'token is malformed'
}

/**
 * Checks the claims in op-geth's order: a token with two faults has one answer. `jose` would also check `nbf`, which
 * the Engine API does not have.
 */
function checkClaims(
  claims: Readonly<Record<string, unknown>> | undefined,
  nowMs: number,
): TokenProblem | undefined {
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

function parseClaims(payload: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString('utf8'))
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
