import { errors, jwtVerify, SignJWT } from 'jose'
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
 * Makes a token that is valid for a minute: `Authorization: Bearer <token>`.
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
  const nowMs = clock.now()
  try {
    const { payload } = await jwtVerify(token, secret, {
      algorithms: ['HS256'],
      requiredClaims: ['iat'],
      // eslint-disable-next-line no-restricted-globals -- the time of `clock`, in the form that jose expects
      currentDate: new Date(nowMs),
    })
    const ageMs = nowMs - Number(payload.iat) * 1_000
    if (ageMs > tokenSkewMs) return 'stale token'
    return ageMs < -tokenSkewMs ? 'future token' : undefined
  } catch (error) {
    if (error instanceof errors.JOSEError) return problemOf(error)
    throw error
  }
}

function problemOf(error: errors.JOSEError): TokenProblem {
  if (error instanceof errors.JWTExpired) return 'token is expired'
  if (error instanceof errors.JOSEAlgNotAllowed) return 'signing method is invalid'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature is invalid'
  const isMissing = error instanceof errors.JWTClaimValidationFailed && error.reason === 'missing'
  return isMissing ? 'missing issued-at' : 'token is malformed'
}
