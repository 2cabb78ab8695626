import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { describeSettings } from '#runtime/settings/settings.ts'
import { programs } from './programs.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Flags that commands have in addition to their settings. */
const options = ['--watch', '--json', '--show-secrets', '--help']

/** The names of the programs, longest first, so that a name of two words matches before its first word alone does. */
const names = Object.keys(programs).toSorted((a, b) => b.length - a.length)

interface Command {
  readonly name: string
  readonly flags: readonly string[]
}

/** The commands of Atoll in the code blocks of a page. */
function commandsIn(page: string): readonly Command[] {
  const blocks = page.match(/^```sh\n[^]*?^```$/gmu) ?? []
  const lines = blocks.flatMap((block) => block.replaceAll('\\\n', ' ').split('\n'))
  return lines.flatMap((line) => {
    const [, words] =
      /\batoll(?:\.js)? (?:config )?([a-z].*)$/u.exec(line.replace(/ #.*/u, '')) ?? []
    const name = names.find((known) => words === known || words?.startsWith(`${known} `))
    if (words === undefined || name === undefined) return []
    return [{ name, flags: words.match(/--[a-z0-9.-]+/gu) ?? [] }]
  })
}

function unknownFlags({ name, flags }: Command): readonly string[] {
  const schema = programs[name]
  assert.ok(schema !== undefined)
  const known = describeSettings(schema).map(({ flag }) => flag)
  return flags.filter((flag) => !known.includes(flag) && !options.includes(flag))
}

test('commands and their flags are found in a page', () => {
  const page =
    '```sh\nX=1 npx atoll bus serve --chain-id 1 \\\n  --gone=2\natoll keys create jwt a\n```\n'
  const commands = commandsIn(page)
  assert.deepEqual(commands, [{ name: 'bus serve', flags: ['--chain-id', '--gone'] }])
  assert.deepEqual(commands.flatMap(unknownFlags), ['--gone'])
})

test('commands in README.md and docs have flags that exist', () => {
  const pages = globSync(['README.md', 'docs/*.md'], { cwd: root })
  const commands = pages.flatMap((page) => commandsIn(readFileSync(`${root}${page}`, 'utf8')))
  assert.ok(commands.length > 15)
  assert.deepEqual(
    commands.flatMap((command) => unknownFlags(command).map((flag) => `${command.name}: ${flag}`)),
    [],
  )
})
