import type { Command } from 'commander'
import * as z from 'zod'
import { alternativeMistakes } from './alternatives.ts'
import { type FlagValues, type GivenValue, givenValues } from './given-values.ts'
import {
  anyText,
  type Bounds,
  boundsOf,
  choicesOf,
  otherOf,
  switchText,
  wantOf,
  severalText,
} from './setting-kinds.ts'
import { parseFlags, suggestionFor } from './settings-options.ts'

/** The settings of a program: a zod object whose fields are kinds of settings. */
export type SettingsSchema = z.ZodObject<Record<string, z.ZodType>>

/** Where settings come from. */
export interface SettingsSource {
  /** Command-line words, or a command with these settings that has parsed them. */
  readonly args: readonly string[] | Command
  readonly env: Readonly<Record<string, string | undefined>>
  /** Other programs' names for our settings. */
  readonly aliases?: readonly SettingAlias[]
  /** Other programs' settings without a counterpart here. */
  readonly foreign?: readonly ForeignSetting[]
}

/** A setting of another program that has no counterpart here. */
export interface ForeignSetting {
  /** Such as `--safedb.path`, or `--p2p.` for all flags with this prefix. */
  readonly flag: string
  /** Such as `OP_NODE_SAFEDB_PATH`, or `OP_NODE_P2P_` for all variables with this prefix. */
  readonly variable: string
  /** Name of the other program. */
  readonly of: string
  /** Why the setting has no counterpart, or what to do instead. */
  readonly instead: string
  /** Whether the setting changes the chain: a node that ignored it would derive another chain. */
  readonly changesChain?: boolean
}

/** Another program's name for one of our settings. */
export interface SettingAlias {
  /** Such as `--l1.beacon`. */
  readonly flag: string
  readonly variable: string
  /** Key of our setting. */
  readonly key: string
  /** The other program's form of the value; absent if the form is the same as ours. */
  readonly form?: SettingForm
}

/** Another program's form of a value. */
export interface SettingForm {
  /** The expected value, in the other program's form. @param bounds of our setting, if it is a number */
  readonly want: (bounds: Bounds | undefined) => string
  /** All valid values in the other program's form; absent if the valid values are not a list. */
  readonly choices?: readonly string[]
  /** Converts a value to our form. @returns undefined if the value is not valid */
  readonly toOurs: (value: string) => string | undefined
}

/** The source of a setting's value. */
type Origin = 'flag' | 'environment' | 'default'

/** Settings that were read, and the origin of each. */
export interface ReadSettings<Schema extends SettingsSchema> {
  readonly settings: z.output<Schema>
  readonly origins: Readonly<Record<string, Origin>>
  /** The flag or variable that gave the value, by key, for settings that were given. */
  readonly names: Readonly<Record<string, string>>
  /** Values as given, by key, to be passed to another program. */
  readonly given: Readonly<Record<string, string>>
  /**
   * Environment variables of other programs that have no counterpart here and were ignored. Such a variable is not an
   * error, since an environment may be shared. A variable that changes the chain is an error.
   */
  readonly passedOver: readonly Mistake[]
}

/** A mistake, and the expected value. */
export interface Mistake {
  readonly what: string
  readonly right: string
}

/** All mistakes in the settings of a program. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly mistakes: readonly Mistake[]

  constructor(mistakes: readonly Mistake[]) {
    const lines = mistakes.map(({ what, right }) => `  ${what}\n      ${right}`)
    const count = mistakes.length === 1 ? 'one setting is' : `${mistakes.length} settings are`
    super(`${count} wrong:\n${lines.join('\n')}`)
    this.mistakes = mistakes
  }
}

/** Description of a setting for help and docs. */
export interface SettingDescription {
  readonly key: string
  /** As in `--l1-rpc-url`. */
  readonly flag: string
  /** As in `ATOLL_L1_RPC_URL`. */
  readonly variable: string
  readonly want: string
  readonly description: string
  /** Absent if the setting must be given. */
  readonly defaultText: string | undefined
  readonly isOptional: boolean
  /** Whether its value must not be shown. */
  readonly isSecret: boolean
  /** All valid values; undefined if the valid values are not a list. */
  readonly choices: readonly string[] | undefined
  /** Undefined if the setting is not a number. */
  readonly bounds: Bounds | undefined
  /** Key of another setting, if exactly one of the two must be given; otherwise undefined. */
  readonly insteadOf: string | undefined
}

/**
 * Reads the settings of a program at its start. For example, `l1RpcUrl` is the value of `--l1-rpc-url`; if this flag is
 * not given, the value of `ATOLL_L1_RPC_URL`; otherwise the default.
 *
 * @throws SettingsError that names every bad, missing and unknown setting
 */
export function readSettings<Schema extends SettingsSchema>(
  schema: Schema,
  { args, env, aliases = [], foreign = [] }: SettingsSource,
): ReadSettings<Schema> {
  const descriptions = describeSettings(schema)
  const command = 'opts' in args ? args : parseFlags(args, descriptions, aliases)
  const flags = command.opts<FlagValues>()
  // Arguments of the command come first.
  const words = command.args.slice(command.registeredArguments.length)
  const mistakes = unknownWords(words, descriptions, foreign)
  const given: Record<string, string> = {}
  const values = new Map<string, GivenValue>()
  const wrong = new Set<string>()
  for (const setting of descriptions) {
    const all = givenValues(setting, flags, { env, aliases })
    const value = valueOf(setting, all)
    if (typeof value === 'string') given[setting.key] = value
    if (all[0] !== undefined) values.set(setting.key, all[0])
    if (typeof value !== 'object') continue
    mistakes.push(value)
    wrong.add(setting.key)
  }
  const parsed = schema.safeParse(given)
  const issues = new Map(parsed.error?.issues.map((issue) => [String(issue.path[0]), issue]))
  for (const setting of descriptions) {
    const issue = issues.get(setting.key)
    if (issue !== undefined && !wrong.has(setting.key))
      mistakes.push(mistakeOf(setting, values.get(setting.key), issue))
  }
  mistakes.push(...alternativeMistakes(descriptions, given))
  const variables = foreignVariables(env, { aliases, foreign })
  mistakes.push(
    ...variables.flatMap(({ changesChain, mistake }) => (changesChain ? [mistake] : [])),
  )
  if (!parsed.success || mistakes.length > 0) throw new SettingsError(mistakes)
  return {
    settings: parsed.data,
    origins: Object.fromEntries(
      descriptions.map(({ key }) => [key, values.get(key)?.origin ?? 'default']),
    ),
    names: Object.fromEntries([...values].map(([key, { name }]) => [key, name])),
    given,
    passedOver: variables.map(({ mistake }) => mistake),
  }
}

/** The value of a setting, in our form. @returns undefined if it was not given */
function valueOf(
  setting: SettingDescription,
  all: readonly GivenValue[],
): string | Mistake | undefined {
  const [first, second] = all
  if (first === undefined) return undefined
  if (second !== undefined) {
    const names = [...new Set(all.map(({ name }) => name))]
    if (names.length > 1)
      return {
        what: `${names.join(' and ')} are both given`,
        right: `give one of them: each is a name of ${setting.flag}`,
      }
    const what = `${names.join('')} is given ${all.length} times`
    return { what, right: `give it once: want ${wantAs(setting, first.alias)}` }
  }
  const { name, alias, value } = first
  if (value === true && setting.want !== switchText)
    return { what: `${name} has no value`, right: `want ${wantAs(setting, alias)}` }
  const text = String(value)
  if (alias?.form === undefined) return text
  return (
    alias.form.toOurs(text) ?? { what: wrongValue(setting, first), right: rightOf(setting, first) }
  )
}

/** Descriptions of all settings, in the order of declaration. */
export function describeSettings(schema: SettingsSchema): readonly SettingDescription[] {
  return Object.entries(schema.shape).map(([key, kind]) => {
    const absent = kind.safeParse(undefined)
    const isOptional = absent.success
    return {
      key,
      flag: flagOf(key),
      variable: `ATOLL_${flagOf(key).slice(2).replaceAll('-', '_').toUpperCase()}`,
      want: wantOf(kind) ?? wantOf(innermost(kind)) ?? anyText,
      description: kind.description ?? innermost(kind).description ?? '',
      isOptional,
      isSecret: kind.meta()?.['isSecret'] === true,
      choices: choicesOf(innermost(kind)),
      bounds: boundsOf(innermost(kind)),
      insteadOf: otherOf(kind),
      defaultText: absent.success ? shownDefault(kind, absent.data) : undefined,
    }
  })
}

function shownDefault(kind: z.ZodType, value: unknown): string | undefined {
  const text = kind.meta()?.['shownDefault']
  if (typeof text === 'string') return text
  return value === undefined ? undefined : textOf(value)
}

/** Formats a value as in a flag; the items of a list are separated by commas. */
export function textOf(value: unknown): string {
  return Array.isArray(value) ? value.map(textOf).join(',') : String(value)
}

/** The flag of a setting: `l1RpcUrl` is `--l1-rpc-url`. */
function flagOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/** The schema inside a default or an optional. */
function innermost(kind: z.ZodType): z.ZodType {
  const isWrapper = kind instanceof z.ZodDefault || kind instanceof z.ZodOptional
  return isWrapper ? innermost(kind.unwrap() as z.ZodType) : kind
}

/** The error text that a kind adds to the expected form; undefined if zod gave its generic text. */
function hintOf({ code, message }: z.core.$ZodIssue): string | undefined {
  return code === 'custom' && message !== 'Invalid input' ? message : undefined
}

function mistakeOf(
  setting: SettingDescription,
  given: GivenValue | undefined,
  issue: z.core.$ZodIssue,
): Mistake {
  const what =
    given === undefined ? `${setting.flag} is missing` : wrongValue(setting, given, issue.path[1])
  return { what, right: rightOf(setting, given, hintOf(issue)) }
}

/**
 * Text for a mistake in a setting: the expected value, and another name under which the setting can be given. If it was
 * given under a name of another program, the text has the value and the name that this program uses.
 */
function rightOf(
  setting: SettingDescription,
  given: GivenValue | undefined,
  hint?: string,
): string {
  const { flag, variable } = given?.alias ?? setting
  // The description may name the values in our form. If the other program has another form, the description is omitted.
  const description = given?.alias?.form === undefined ? setting.description : ''
  const purpose = description === '' ? '' : ` (${description})`
  const hinted = hint === undefined ? '' : `; ${hint}`
  const other = given?.name === variable ? flag : variable
  return `want ${wantAs(setting, given?.alias)}${purpose}${hinted}; it can also be set with ${other}`
}

function wantAs({ want, bounds }: SettingDescription, alias: SettingAlias | undefined): string {
  return alias?.form?.want(bounds) ?? want
}

/** Names the wrong value, or the wrong item of a list, without secrets. */
function wrongValue(
  { isSecret, want }: SettingDescription,
  { name, value: given }: GivenValue,
  item?: PropertyKey,
): string {
  if (isSecret) return `${name} is malformed`
  const value = String(given)
  const isItem = typeof item === 'number' && value.includes(',')
  const text = isItem ? (value.split(',')[item]?.trim() ?? value) : value
  const which = isItem ? `item ${item + 1} of ${name}` : name
  if (!isUrl({ want })) return `${which} is ${JSON.stringify(text)}`
  // A text that is not a URL may be a mistyped URL that contains a key.
  const canBeShown = text.split(',').every((part) => URL.canParse(part.trim()))
  return canBeShown
    ? `${which} is ${JSON.stringify(withoutUrlKeys(text))}`
    : `${which} is not a URL`
}

/** The value of a setting as it may be shown: a URL without credentials, path and query, which may be keys. */
export function shownValue(
  { isSecret, want }: Pick<SettingDescription, 'isSecret' | 'want'>,
  value: string,
): string {
  if (isSecret) return '(secret)'
  if (!isUrl({ want })) return value
  const urls = want.endsWith(severalText) ? value.split(',') : [value]
  return urls.map((url) => withoutUrlKeys(url.trim())).join(',')
}

function isUrl({ want }: Pick<SettingDescription, 'want'>): boolean {
  return want.startsWith('a URL')
}

function withoutUrlKeys(url: string): string {
  if (!URL.canParse(url)) return '…'
  const { protocol, host, pathname, search, hash, username, password } = new URL(url)
  // In a text such as `localhost:8545/key`, `localhost` is parsed as the protocol.
  if (host === '') return /^\d{1,5}$/u.test(pathname + search + hash) ? url : `${protocol}…`
  if (pathname.length + search.length + hash.length > 1) return `${protocol}//${host}/…`
  return username + password === '' ? url : `${protocol}//${host}`
}

/** Reports unknown words. A word after an unknown flag counts as its value, so that both are one mistake. */
function unknownWords(
  words: readonly string[],
  descriptions: readonly SettingDescription[],
  foreign: readonly ForeignSetting[],
): Mistake[] {
  const isFlag = (word: string | undefined) => word?.startsWith('--') === true
  const isValue = (at: number) => {
    const before = words[at - 1]
    return at > 0 && isFlag(before) && before?.includes('=') === false && !isFlag(words[at])
  }
  return words
    .filter((_word, at) => !isValue(at))
    .map((word) => {
      const [flag = ''] = word.split('=', 1)
      return foreignWord(flag, foreign) ?? unknownWord(flag, descriptions)
    })
}

function foreignWord(word: string, foreign: readonly ForeignSetting[]): Mistake | undefined {
  const found = foreign.find(({ flag }) => isNamed(word, flag, '.'))
  return found && foreignMistake(word, found)
}

function foreignVariables(
  env: SettingsSource['env'],
  { aliases, foreign }: Required<Pick<SettingsSource, 'aliases' | 'foreign'>>,
): readonly { readonly mistake: Mistake; readonly changesChain: boolean }[] {
  const aliased = new Set(aliases.map(({ variable }) => variable))
  // An empty variable counts as not set, as for variables with a counterpart.
  const isSet = (name: string) => env[name] !== undefined && env[name] !== ''
  const names = Object.keys(env).filter((name) => isSet(name) && !aliased.has(name))
  return names.flatMap((name) => {
    const found = foreign.find(({ variable }) => isNamed(name, variable, '_'))
    if (found === undefined) return []
    return [{ mistake: foreignMistake(name, found), changesChain: found.changesChain ?? false }]
  })
}

/** Whether a word has a name. @param name the whole name, or a prefix of it if it ends with `separator` */
function isNamed(word: string, name: string, separator: string): boolean {
  return name.endsWith(separator) ? word.startsWith(name) : word === name
}

function foreignMistake(word: string, { of, instead }: ForeignSetting): Mistake {
  return { what: `${word} is a setting of ${of}; Atoll has none`, right: instead }
}

function unknownWord(flag: string, descriptions: readonly SettingDescription[]): Mistake {
  const right = suggestionFor(flag, descriptions) ?? 'see --help for all settings'
  // The word may be a second URL of a setting, whose keys must not be shown.
  const shown = flag.includes('://') ? withoutUrlKeys(flag) : flag
  return { what: `${shown} is not known`, right }
}
