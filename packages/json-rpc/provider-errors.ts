/** An error answer of a JSON-RPC server. */
export interface ErrorAnswer {
  readonly code: number
  readonly message: string
  readonly data?: unknown
}

/**
 * What an error answer means. Providers have codes of their own. If the code does not determine the meaning, the words
 * of the message do.
 */
export type ErrorMeaning =
  /** Too many calls: a later call succeeds. */
  | 'rate-limit'
  /** Too many calls in one batch, or batches are not accepted. */
  | 'batch-limit'
  /** The node does not have the block, or does not have it yet. */
  | 'missing-block'
  /** The node does not have the method. */
  | 'missing-method'
  /**
   * The words say that the method is missing or not allowed. This may be true only for one node behind a load balancer.
   */
  | 'perhaps-missing-method'
  | 'other'

/** Code of JSON-RPC 2.0 for a missing method. */
const methodNotFound = -32_601

/** Codes that providers use only for limits: Alchemy, QuickNode, Ankr, public nodes of rollups. */
const limitCodes: readonly number[] = [429, -32_007, -32_090, -32_016]

/** EIP-1474 "limit exceeded", with which jsonrpsee also refuses batches. The words of the message take precedence. */
const limitExceeded = -32_005

/** Codes for malformed requests. Old nodes also answer with them if they do not know a parameter. */
const badRequestCodes: readonly number[] = [-32_600, -32_602, -32_604]

const words = {
  batch:
    /batch(?:es|ed)?\b.*(?:not (?:supported|allowed)|too (?:large|big|many)|limit|exceed|max|size|up to|more than)|(?:limit|max|exceed|too (?:large|big|many)).*\bbatch/iu,
  revert: /^execution reverted/iu,
  timeout: /time(?:d)?.?out|took too long/iu,
  limit:
    /too many requests?\b|rate.?limit|throttl|slow down|\b(?:rate|rps|requests?|calls?|capacity|compute units?|credits?|quota|throughput)\b[^.]*\b(?:limit(?:ed)?|exceeded|exhausted|reached)\b/iu,
  block:
    /\b(?:header|block|receipts?|state|transaction|resource)\b[^.]*\bnot (?:found|available|yet)|unknown block|missing trie node|not (?:yet )?(?:synced|indexed)/iu,
  method:
    /\bmethods?\b.*(?:not (?:found|exist|supported|available|allowed|enabled|whitelisted|implemented)|does not exist|unsupported|disabled|unknown|blocked|requires?|restricted)|(?:unsupported|unknown|unavailable|disabled) method|not allowed to \w+ (?:the )?method|not (?:available|supported|allowed|included) (?:on|in|for|by|with) (?:your|this|the|free)|\bupgrade\b.*\bplan\b|\bplan\b.*\bupgrade\b/iu,
}

/** What an error answer means. */
export function meaningOf({ code, message }: ErrorAnswer): ErrorMeaning {
  if (code === methodNotFound) return 'missing-method'
  if (words.batch.test(message)) return 'batch-limit'
  if (limitCodes.includes(code)) return 'rate-limit'
  if (words.timeout.test(message) || words.revert.test(message)) return 'other'
  if (words.limit.test(message)) return 'rate-limit'
  if (words.method.test(message)) return 'perhaps-missing-method'
  if (words.block.test(message)) return 'missing-block'
  if (code === limitExceeded) return 'rate-limit'
  return badRequestCodes.includes(code) ? 'perhaps-missing-method' : 'other'
}

/** Words that ask for a pause before a retry, such as `retry in 10s` or `try again in 500 ms`. */
const pauseWords =
  /(?:retry|try again)[^.\d]*?(?<count>\d{1,6}(?:\.\d{1,3})?)\s*(?<unit>ms|milliseconds?|s|seconds?|m|minutes?|h|hours?)?\b/iu

/** Units of a pause. */
const unitsMs: readonly (readonly [RegExp, number])[] = [
  [/^(?:ms|milli)/iu, 1],
  [/^m/iu, 60_000],
  [/^h/iu, 3_600_000],
]

/** The pause that an error answer asks for, in milliseconds; undefined without a pause. */
export function pauseIn({ message, data }: Omit<ErrorAnswer, 'code'>): number | undefined {
  const seconds = backoffSeconds(data)
  if (seconds !== undefined) return seconds * 1_000
  const { count, unit = 's' } = pauseWords.exec(message)?.groups ?? {}
  if (count === undefined) return undefined
  const unitMs = unitsMs.find(([name]) => name.test(unit))?.[1] ?? 1_000
  return Number(count) * unitMs
}

/** `backoff_seconds`, as Infura sends it: beside the reason, or within `rate`. */
function backoffSeconds(data: unknown): number | undefined {
  if (typeof data !== 'object' || data === null) return undefined
  const { backoff_seconds: seconds, rate } = data as Readonly<Record<string, unknown>>
  if (typeof seconds === 'number' && seconds >= 0) return seconds
  return rate === undefined ? undefined : backoffSeconds(rate)
}
