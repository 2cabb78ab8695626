import type { Command } from 'commander'
import { switchText } from '#runtime/settings/setting-kinds.ts'
import { describeSettings } from '#runtime/settings/settings.ts'
import { opNodeAliases } from './op-node-aliases.ts'
import { programs } from './programs.ts'

/** A flag of a command. */
interface Flag {
  readonly flag: string
  /** Known values. If the list is empty, a shell offers files. */
  readonly values: readonly string[]
  readonly isSwitch: boolean
  /**
   * Whether the flag is another name of a setting. Such a flag is offered only if no main name of a setting matches.
   */
  readonly isOther: boolean
}

/** The candidates for the last word of a line. The words before the last word determine the candidates. */
interface Place {
  /** Commands, programs, and values of an argument. */
  readonly words: readonly string[]
  readonly flags: readonly Flag[]
  /** Whether an argument with free text may follow, such as a file name. */
  readonly isFree: boolean
}

/**
 * Candidates for the last word of a command line. If there are no candidates, the shell offers files.
 *
 * @param line words after `atoll`, up to the cursor; bash splits `--flag=value` into three words
 */
export function completions(program: Command, line: readonly string[]): readonly string[] {
  const { words, isSplit } = withoutSplits(line)
  const before = words.slice(0, -1)
  const partial = words.at(-1) ?? ''
  const place = placeAfter(program, before)
  const valuesOf = (name: string) => place.flags.find(({ flag }) => flag === name)
  const equals = partial.startsWith('--') ? partial.indexOf('=') : -1
  if (equals >= 0) {
    const name = partial.slice(0, equals)
    const values = beginningWith(partial.slice(equals + 1), valuesOf(name)?.values ?? [])
    return isSplit ? values : values.map((value) => `${name}=${value}`)
  }
  const isWord = !partial.startsWith('-')
  const flag = valuesOf(before.at(-1) ?? '')
  if (isWord && flag?.isSwitch === false) return beginningWith(partial, flag.values)
  if (isWord && place.isFree) return []
  const named = (flags: readonly Flag[]) =>
    beginningWith(
      partial,
      flags.map((each) => each.flag),
    )
  const first = named(place.flags.filter(({ isOther }) => !isOther))
  const candidates = [...beginningWith(partial, place.words), ...first]
  return [...new Set(candidates.length > 0 ? candidates : named(place.flags))]
}

function beginningWith(partial: string, words: readonly string[]): readonly string[] {
  return words.filter((word) => word.startsWith(partial))
}

/** Joins each flag, `=` and value that bash split. */
function withoutSplits(line: readonly string[]): {
  readonly words: readonly string[]
  /** Whether the last word was split. */
  readonly isSplit: boolean
} {
  const words: string[] = []
  let isSplit = false
  for (const [at, word] of line.entries()) {
    isSplit = at > 0 && (word === '=' || (at > 1 && line[at - 1] === '='))
    words.push(isSplit ? `${words.pop() ?? ''}${word}` : word)
  }
  return { words, isSplit }
}

function placeAfter(program: Command, before: readonly string[]): Place {
  let command = program
  let depth = 0
  for (const word of before) {
    const next = command.commands.find((candidate) => candidate.name() === word)
    if (next === undefined) break
    command = next
    depth++
  }
  const path = before.slice(0, depth)
  const rest = before.slice(depth)
  const [first] = before
  if (first === 'config') return placeInProgram(command, { named: rest, prefix: [] })
  if (first === 'service') return placeInProgram(command, { named: rest, prefix: ['service'] })
  const commands = command.commands.map((candidate) => candidate.name())
  const offered = commands.filter((name) => name !== 'complete')
  if (first === 'help') return { words: offered, flags: [], isFree: false }
  const argument = command.registeredArguments[rest.filter((word) => !word.startsWith('-')).length]
  const choices = argument?.argChoices
  return {
    words: [...offered, ...(choices ?? [])],
    flags: [...flagsOfProgram(path.join(' ')), ...optionsOf(command)],
    isFree: argument !== undefined && choices === undefined,
  }
}

/** The candidates after `config` or `service`: first the words of the name of a program, then its settings. */
function placeInProgram(
  command: Command,
  { named, prefix }: { readonly named: readonly string[]; readonly prefix: readonly string[] },
): Place {
  const end = named.findIndex((word) => word.startsWith('-'))
  const given = [...prefix, ...(end < 0 ? named : named.slice(0, end))]
  const names = Object.keys(programs).map((name) => name.split(' '))
  const fitting = names.filter((name) => given.every((word, at) => name[at] === word))
  const next = fitting.flatMap((name) => name.slice(given.length, given.length + 1))
  const isComplete = given.length > prefix.length
  return {
    words: end < 0 ? [...new Set(next)] : [],
    flags: [...(isComplete ? flagsOfProgram(given.join(' ')) : []), ...optionsOf(command)],
    isFree: false,
  }
}

/** The flags of a program with settings; none if there is no such program. */
function flagsOfProgram(name: string): readonly Flag[] {
  const schema = Object.hasOwn(programs, name) ? programs[name] : undefined
  const settings = schema === undefined ? [] : describeSettings(schema)
  const own = settings.flatMap(({ flag, want, choices = [] }): readonly Flag[] =>
    want === switchText
      ? [
          { flag, values: ['true', 'false'], isSwitch: true, isOther: false },
          { flag: flag.replace('--', '--no-'), values: [], isSwitch: true, isOther: true },
        ]
      : [{ flag, values: choices, isSwitch: false, isOther: false }],
  )
  const aliases = (name === 'node' ? opNodeAliases : []).map(({ flag, key, form }): Flag => {
    const setting = settings.find((known) => known.key === key)
    const values = form === undefined ? setting?.choices : form.choices
    return { flag, values: values ?? [], isSwitch: false, isOther: true }
  })
  return [...own, ...aliases]
}

/** Options that are not settings. */
function optionsOf(command: Command): readonly Flag[] {
  const options = command.options.filter(({ hidden, long }) => !hidden && long !== '--version')
  const own = options.filter((option) => !option.optional).map(({ long }) => long ?? '')
  return [...own, '--help'].map((flag) => ({ flag, values: [], isSwitch: true, isOther: false }))
}
