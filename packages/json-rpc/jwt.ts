import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import type { Clock } from '#runtime/clock.ts'
import { readHexKey } from '#runtime/keys/hex-key.ts'

/** Why a token is refused; what op-geth says, in the same words. */
export type TokenProblem =
  | 'missing token'
  | 'token is malformed'
  | 'signature is invalid'
  | 'signing method is invalid'
  | 'token is expired'
  | 'missing issued-at'
  | 'stale token'
  | 'future token'

/** How far the moment at which a token was made may be from now. Spec: execution-apis/engine/authentication.md */
export const tokenSkewMs = 60_000

/** The secret of the Engine API has as many bytes. */
export const jwtSecretBytes = 32

/**
 * Reads the secret that a node and its execution client share, as `atoll keys create jwt` writes it.
 *
 * @throws Fault `bad-key`, `file-refused`
 */
export async function readJwtSecret(path: string): Promise<Uint8Array> {
  return Buffer.from(await readHexKey(path), 'hex')
}

/**
 * Makes a token that is good for a minute: `Authorization: Bearer <token>`.
 *
 * @param unixMs when it is made; the token has whole seconds
 */
export function createToken(secret: Uint8Array, unixMs: number): string {
  const header = encodePart({ alg: 'HS256', typ: 'JWT' })
  const signed = `${header}.${encodePart({ iat: Math.floor(unixMs / 1_000) })}`
  return `${signed}.${signatureOf(signed, secret)}`
}

/**
 * Checks the `Authorization` header of a request: HS256, `iat` within a minute of now, `exp` (if there) to come.
 *
 * @returns undefined if it is good
 */
export function checkAuthorization(
  header: string | undefined,
  { secret, clock }: { readonly secret: Uint8Array; readonly clock: Clock },
): TokenProblem | undefined {
  const token = header?.startsWith('Bearer ') === true ? header.slice('Bearer '.length) : ''
  if (token === '') return 'missing token'
  const parts = token.split('.')
  const [head, claims, signature] = parts
  if (parts.length !== 3 || head === undefined || claims === undefined || signature === undefined)
    return 'token is malformed'
  // Before anything is parsed: all else in the token is then from someone who knows the secret.
  if (!isSame(signature, signatureOf(`${head}.${claims}`, secret))) return 'signature is invalid'
  if (parsePart(head)?.['alg'] !== 'HS256') return 'signing method is invalid'
  return checkClaims(parsePart(claims), clock.now())
}

/** In op-geth's order: a token with two faults has one answer. */
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

/** Takes the same time wherever the two begin to differ. */
function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function signatureOf(signed: string, secret: Uint8Array): string {
  return createHmac('sha256', keyOf(secret)).update(signed).digest('base64url')
}

/** Keys by their bytes: to make one takes longer than to sign with it. */
const keys = new WeakMap<Uint8Array, KeyObject>()

function keyOf(secret: Uint8Array): KeyObject {
  const known = keys.get(secret)
  if (known !== undefined) return known
  const made = createSecretKey(secret)
  keys.set(secret, made)
  return made
}

function encodePart(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function parsePart(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
