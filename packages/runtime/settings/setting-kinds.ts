import { accessSync, constants, statSync } from 'node:fs'
import * as z from 'zod'
import { isSystemError } from '#runtime/fault.ts'

/** The want of a setting whose kind states none. */
export const anyText = 'text'

/** The want of a setting that is on or off. */
export const switchText = 'true or false'

/** Adds to a kind of setting what a person should give, as in `a URL`; shown in help, in documents and with mistakes. */
export function want<Kind extends z.ZodType>(kind: Kind, text: string): Kind {
  return kind.meta({ ...kind.meta(), want: text })
}

/** Says in words what a default is that differs from machine to machine. */
export function shownDefault<Kind extends z.ZodType>(kind: Kind, text: string): Kind {
  return kind.meta({ ...kind.meta(), shownDefault: text })
}

/** A URL of one of some protocols, such as `http`. */
export function url(protocols: readonly string[], example: string): z.ZodType<string> {
  const fits = (text: string) =>
    URL.canParse(text) && protocols.includes(new URL(text).protocol.slice(0, -1))
  return want(z.string().refine(fits), `a URL, such as ${example}`)
}

/** A whole number within bounds, both included. */
export function wholeNumber(low: number, high: number): z.ZodType<number> {
  const digits = z.string().regex(/^-?\d{1,15}$/)
  const text = high === Number.MAX_SAFE_INTEGER ? `of ${low} or more` : `from ${low} to ${high}`
  return want(
    digits.transform(Number).pipe(z.number().min(low).max(high)),
    `a whole number ${text}`,
  )
}

/** A TCP port; 0 means any that is free. */
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

/** One of some words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(
  words: Words,
): z.ZodType<Words[number]> {
  return want(z.enum(words), `one of ${words.join(', ')}`)
}

/** Several values with commas between them; at least one. */
export function listOf<Item>(item: z.ZodType<Item>): z.ZodType<readonly Item[]> {
  const text = wantOf(item)
  return want(
    z
      .string()
      .transform((words) => words.split(',').map((word) => word.trim()))
      .pipe(z.array(item as z.ZodType<Item, string>).min(1)),
    text === undefined ? 'a list with commas' : `${text}; several with commas`,
  )
}

/** A file that is there and can be read. A secret is always one: a value on a command line or in a log is none. */
export function readableFile(what: string): z.ZodType<string> {
  return want(z.string().refine(isReadableFile), `${what}, a file that can be read`)
}

/** What a person should give; undefined if the kind does not say. */
export function wantOf(kind: z.ZodType): string | undefined {
  const text = kind.meta()?.['want']
  return typeof text === 'string' ? text : undefined
}

function isReadableFile(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return statSync(path).isFile()
  } catch (error) {
    // Missing, not permitted, a broken link: in each case it cannot be read, and the message says what is wanted.
    if (!isSystemError(error)) throw error
    return false
  }
}
