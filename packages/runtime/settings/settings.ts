import type { Command } from 'commander'
import * as z from 'zod'
import { anyText, switchText, wantOf } from './setting-kinds.ts'
import { parseFlags, suggestionFor } from './settings-options.ts'

/** The settings of one program: a zod object whose fields are kinds of settings. */
export type SettingsSchema = z.ZodObject<Record<string, z.ZodType>>

/** Where settings come from. */
export interface SettingsSource {
  /** Words of a command line, or a command with these settings that has parsed them. */
  readonly args: readonly string[] | Command
  readonly env: Readonly<Record<string, string | undefined>>
  /** Names of others for our settings. */
  readonly aliases?: readonly SettingAlias[]
  /** Settings of others that we have no counterpart for. */
  readonly foreign?: readonly ForeignSetting[]
}

/** A setting of another program that has no counterpart here. */
export interface ForeignSetting {
  /** Such as `--safedb.path`, or `--p2p.` for all that begin so. */
  readonly flag: string
  /** Such as `OP_NODE_SAFEDB_PATH`, or `OP_NODE_P2P_` for all that begin so. */
  readonly variable: string
  /** Whose it is. */
  readonly of: string
  /** Why there is none, or what to do instead. */
  readonly instead: string
}

/** What another program calls a setting of ours. */
export interface SettingAlias {
  /** Such as `--l1.beacon`. */
  readonly flag: string
  readonly variable: string
  /** Key of our setting. */
  readonly key: string
  /** Our form of its value; left out: it is the same. @returns undefined if that is none */
  readonly toOurs?: (value: string) => string | undefined
}

/** Which of its sources a setting came from. */
type Origin = 'flag' | 'environment' | 'default'

/** Settings that were read, and the origin of each. */
export interface ReadSettings<Schema extends SettingsSchema> {
  readonly settings: z.output<Schema>
  readonly origins: Readonly<Record<string, Origin>>
  /** As they were given, by key: what another program reads in the same way. */
  readonly given: Readonly<Record<string, string>>
  /** Variables of others that we have no counterpart for: an environment may be shared, so they are no mistakes. */
  readonly passedOver: readonly Mistake[]
}

/** One thing that is wrong, and what would be right. */
export interface Mistake {
  readonly what: string
  readonly right: string
}

/** All that is wrong with the settings of a program. */
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

/** What help and documents say of a setting. */
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
}

/**
 * Reads a program's settings once, at its start: `l1RpcUrl` is `--l1-rpc-url`, else `ATOLL_L1_RPC_URL`, else its default.
 *
 * @throws SettingsError naming every bad, missing and unknown setting at once
 */
export function readSettings<Schema extends SettingsSchema>(
  schema: Schema,
  { args, env, aliases = [], foreign = [] }: SettingsSource,
): ReadSettings<Schema> {
  const descriptions = describeSettings(schema)
  const command = 'opts' in args ? args : parseFlags(args, descriptions, aliases)
  const flags = new Map(Object.entries(command.opts<Record<string, string | boolean>>()))
  const mistakes = unknownWords(command.args, descriptions, foreign)
  const given: Record<string, string> = {}
  const origins: Record<string, Origin> = {}
  for (const { key, flag, variable, want } of descriptions) {
    let value = flags.get(key) ?? env[variable] ?? aliasOf(key, { env, aliases })
    if (value === true && want !== switchText) {
      mistakes.push({ what: `${flag} has no value`, right: `want ${want}` })
      value = undefined
    }
    origins[key] = flags.has(key) ? 'flag' : value === undefined ? 'default' : 'environment'
    if (value !== undefined) given[key] = String(value)
  }
  const parsed = schema.safeParse(given)
  const wrong = new Map(parsed.error?.issues.map((issue) => [String(issue.path[0]), hintOf(issue)]))
  for (const setting of descriptions)
    if (wrong.has(setting.key))
      mistakes.push(mistakeOf(setting, { value: given[setting.key], hint: wrong.get(setting.key) }))
  if (!parsed.success || mistakes.length > 0) throw new SettingsError(mistakes)
  const passedOver = foreignVariables(env, { aliases, foreign })
  return { settings: parsed.data, origins, given, passedOver }
}

/** What there is to set, in the order in which it is declared. */
export function describeSettings(schema: SettingsSchema): readonly SettingDescription[] {
  return Object.entries(schema.shape).map(([key, kind]) => {
    const absent = kind.safeParse(undefined)
    const isOptional = absent.success
    return {
      key,
      flag: flagOf(key),
      variable: `ATOLL_${flagOf(key).slice(2).replaceAll('-', '_').toUpperCase()}`,
      want: wantOf(innermost(kind)) ?? anyText,
      description: kind.description ?? innermost(kind).description ?? '',
      isOptional,
      defaultText: absent.success ? shownDefault(kind, absent.data) : undefined,
    }
  })
}

function shownDefault(kind: z.ZodType, value: unknown): string | undefined {
  const text = kind.meta()?.['shownDefault']
  if (typeof text === 'string') return text
  return value === undefined ? undefined : textOf(value)
}

/** A value as it would be given: lists with commas. */
export function textOf(value: unknown): string {
  return Array.isArray(value) ? value.map(textOf).join(',') : String(value)
}

/** The flag of a setting: `l1RpcUrl` is `--l1-rpc-url`. */
function flagOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/** What a default or an optional wraps. */
function innermost(kind: z.ZodType): z.ZodType {
  const isWrapper = kind instanceof z.ZodDefault || kind instanceof z.ZodOptional
  return isWrapper ? innermost(kind.unwrap() as z.ZodType) : kind
}

/** What a kind says of a value beyond what it wants; undefined if it says nothing of its own. */
function hintOf({ code, message }: z.core.$ZodIssue): string | undefined {
  return code === 'custom' && message !== 'Invalid input' ? message : undefined
}

function mistakeOf(
  setting: SettingDescription,
  { value, hint }: { readonly value: string | undefined; readonly hint: string | undefined },
): Mistake {
  const { flag, variable, want, description } = setting
  const what = value === undefined ? `${flag} is missing` : `${flag} is ${JSON.stringify(value)}`
  const purpose = description === '' ? '' : ` (${description})`
  const hinted = hint === undefined ? '' : `; ${hint}`
  return { what, right: `want ${want}${purpose}${hinted}; also ${variable}` }
}

/** Under another's name in the environment; one that cannot be told in our form is as it is, and wrong. */
function aliasOf(
  key: string,
  { env, aliases }: Required<Pick<SettingsSource, 'env' | 'aliases'>>,
): string | undefined {
  for (const alias of aliases) {
    const value = alias.key === key ? env[alias.variable] : undefined
    if (value !== undefined)
      return alias.toOurs === undefined ? value : (alias.toOurs(value) ?? value)
  }
  return undefined
}

/** What follows an unknown flag is taken for its value: one slip is one mistake. */
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
): readonly Mistake[] {
  const aliased = new Set(aliases.map(({ variable }) => variable))
  const names = Object.keys(env).filter((name) => env[name] !== undefined && !aliased.has(name))
  return names.flatMap((name) => {
    const found = foreign.find(({ variable }) => isNamed(name, variable, '_'))
    return found === undefined ? [] : [foreignMistake(name, found)]
  })
}

/** @param name stands for all that begin with it if it ends with `separator` */
function isNamed(word: string, name: string, separator: string): boolean {
  return name.endsWith(separator) ? word.startsWith(name) : word === name
}

function foreignMistake(word: string, { of, instead }: ForeignSetting): Mistake {
  return { what: `${word} is a setting of ${of}; Atoll has none`, right: instead }
}

function unknownWord(flag: string, descriptions: readonly SettingDescription[]): Mistake {
  const right = suggestionFor(flag, descriptions) ?? 'see --help for all settings'
  return { what: `${flag} is not known`, right }
}
