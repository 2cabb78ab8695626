import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import * as z from 'zod'
import { toError } from '#runtime/fault.ts'
import { readProblem } from '#runtime/json-file.ts'

/** Expected value of a setting whose kind does not declare an expected value. */
export const anyText = 'text'

/** End of the text that describes the expected value of a list. */
export const severalText = 'several with commas'

/** Expected value of a switch. */
export const switchText = 'true or false'

/** Declares the expected value of a kind of setting, such as `a URL`, for help, docs and errors. */
export function want<Kind extends z.ZodType>(kind: Kind, text: string): Kind {
  return kind.meta({ ...kind.meta(), want: text })
}

/** Describes a default that depends on the machine. */
export function shownDefault<Kind extends z.ZodType>(kind: Kind, text: string): Kind {
  return kind.meta({ ...kind.meta(), shownDefault: text })
}

/** Marks a setting whose value must not be shown. */
export function secret<Kind extends z.ZodType>(kind: Kind): Kind {
  return kind.meta({ ...kind.meta(), isSecret: true })
}

/** Declares that either this setting or another must be given, and not both. @param other key of the other setting */
export function insteadOf<Kind extends z.ZodType>(other: string, kind: Kind): Kind {
  return kind.meta({ ...kind.meta(), insteadOf: other })
}

/** Key of another setting, if exactly one of the two must be given; otherwise undefined. */
export function otherOf(kind: z.ZodType): string | undefined {
  const other = kind.meta()?.['insteadOf']
  return typeof other === 'string' ? other : undefined
}

/** A URL with one of the given protocols, such as `http`. */
export function url(protocols: readonly string[], example: string): z.ZodType<string> {
  const fits = (text: string) =>
    URL.canParse(text) && protocols.includes(new URL(text).protocol.slice(0, -1))
  return want(z.string().refine(fits), `a URL, such as ${example}`)
}

/** A URL without user and password. The server would ignore them, since it uses another kind of authorization. */
export function urlWithoutUser(protocols: readonly string[], example: string): z.ZodType<string> {
  const fits = (text: string) => {
    if (!URL.canParse(text)) return true
    const { username, password } = new URL(text)
    return username === '' && password === ''
  }
  const kind = url(protocols, example)
  return want(kind.refine(fits), `a URL without user and password, such as ${example}`)
}

/** Bounds of a number, inclusive. */
export interface Bounds {
  readonly low: number
  readonly high: number
}

/** A whole number within bounds, inclusive. */
export function wholeNumber(low: number, high: number): z.ZodType<number> {
  const digits = z.string().regex(/^-?\d{1,15}$/)
  const text = high === Number.MAX_SAFE_INTEGER ? `of ${low} or more` : `from ${low} to ${high}`
  const bounds: Bounds = { low, high }
  const kind = digits.transform(Number).pipe(z.number().min(low).max(high)).meta({ bounds })
  return want(kind, `a whole number ${text}`)
}

/** A duration in whole milliseconds, within bounds. A unit after the number is refused. */
export function milliseconds(low: number, high: number): z.ZodType<number> {
  return want(wholeNumber(low, high), `milliseconds without a unit, from ${low} to ${high}`)
}

/** A duration in whole seconds, within bounds. A unit after the number is refused. */
export function seconds(low: number, high: number): z.ZodType<number> {
  return want(wholeNumber(low, high), `seconds without a unit, from ${low} to ${high}`)
}

/** A TCP port; 0 means any free port. */
export function port(): z.ZodType<number> {
  return wholeNumber(0, 65_535)
}

/** A chain id: a whole number above 0, of any size. */
export function chainId(): z.ZodType<bigint> {
  const digits = z.string().regex(/^[1-9]\d{0,31}$/)
  return want(digits.transform(BigInt), 'a chain id, such as 10')
}

/** On or off: `--flag`, `--no-flag`, or `true` and `false` in the environment. */
export function onOff(): z.ZodType<boolean> {
  const words = z.enum(['true', 'false'])
  return want(
    words.transform((word) => word === 'true'),
    switchText,
  )
}

/** One of the given words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(
  words: Words,
): z.ZodType<Words[number]> {
  return choices(want(z.enum(words), `one of ${words.join(', ')}`), words)
}

/** Declares all values of a kind of setting, for help and for completion in a shell. */
export function choices<Kind extends z.ZodType>(kind: Kind, words: readonly string[]): Kind {
  return kind.meta({ ...kind.meta(), choices: words })
}

/** The declared values; undefined if the kind declares none. */
export function choicesOf(kind: z.ZodType): readonly string[] | undefined {
  const words = kind.meta()?.['choices']
  return Array.isArray(words) ? (words as string[]) : undefined
}

/** A comma-separated list of at least one value. */
export function listOf<Item>(item: z.ZodType<Item>): z.ZodType<readonly Item[]> {
  const text = wantOf(item)
  return want(
    z
      .string()
      .transform((words) => words.split(',').map((word) => word.trim()))
      .pipe(z.array(item as z.ZodType<Item, string>).min(1)),
    text === undefined ? 'a list with commas' : `${text}; ${severalText}`,
  )
}

/**
 * A readable file. Secrets are always given as files, since command lines and logs are not secret.
 *
 * @param problemOf returns the mistake in the content; undefined if there is none
 */
export function readableFile(
  what: string,
  problemOf: (text: string) => string | undefined = () => undefined,
): z.ZodType<string> {
  const file = z.string().superRefine((path, context) => {
    const problem = problemOfFile(path, problemOf)
    if (problem !== undefined) context.addIssue({ code: 'custom', message: `${path}: ${problem}` })
  })
  return want(file, `${what}, a file that can be read`)
}

/** The expected value; undefined if the kind declares none. */
export function wantOf(kind: z.ZodType): string | undefined {
  const text = kind.meta()?.['want']
  return typeof text === 'string' ? text : undefined
}

/** The bounds of a number; undefined for another kind. */
export function boundsOf(kind: z.ZodType): Bounds | undefined {
  const bounds = kind.meta()?.['bounds']
  return typeof bounds === 'object' ? (bounds as Bounds) : undefined
}

function problemOfFile(
  path: string,
  problemOf: (text: string) => string | undefined,
): string | undefined {
  try {
    const bytes = readFileSync(path)
    return problemOf((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'))
  } catch (error) {
    return readProblem(toError(error))
  }
}
