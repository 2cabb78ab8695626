import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Command } from 'commander'
import { createProgram } from '#cli/program.ts'
import type { ServiceStatus } from '#messages/service-status.ts'
import { nodeServices, servicesFor } from '#node/node-services.ts'
import { nodeStatus, type NodeStates, statusLines } from '#node/node-status.ts'
import type { NodeView } from '#node/node-view.ts'
import { viewLine, viewLines } from '#node/view-lines.ts'
import { type LogEntry, textOfEntry } from '#runtime/log-text.ts'
import { addSettings } from '#runtime/settings/settings-options.ts'
import { describeSettings } from '#runtime/settings/settings.ts'
import { ProgressLog } from '#services/engine/reports/progress-log.ts'
import { helpOf } from '#test/fakes/help-of.ts'
import { chainAt, l1Ref, l2Ref } from '#test/fakes/values.ts'

/** The usual width of a terminal, in columns. */
const width = 80

function assertFits(text: string, what: string): void {
  const long = text.split('\n').filter((line) => line.length > width)
  assert.deepEqual(long, [], what)
}

function allCommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(allCommands)]
}

test('the help of every command fits 80 columns', () => {
  const commands = allCommands(createProgram())
  assert.ok(commands.length > 20)
  for (const command of commands) assertFits(helpOf(command, width), command.name())
  for (const { name, schema } of nodeServices)
    assertFits(helpOf(addSettings(new Command(name), describeSettings(schema)), width), name)
})

/** Heads with numbers as long as those of OP Mainnet. */
const [l1, l2] = [l1Ref(23_123_456), l2Ref(137_123_456)]
const nowMs = Number(l2.timestamp + 7_200n) * 1_000

const words = 'the receipts of the L1 block that the batcher used, from each of the endpoints'

const waiting: ServiceStatus = {
  instance: 'a',
  version: '1',
  startedMs: nowMs - 3_600_000,
  phase: 'waiting',
  wait: { what: words, sinceMs: nowMs - 60_000, next: `asks again in 1 s for ${words}` },
  inputs: [],
  notices: [`update the execution client: it does not support ${words}`],
  writtenMs: nowMs,
}

/** All services that a devnet may have. */
const usualServices = servicesFor({})

const view: NodeView = {
  chain: { ...chainAt({ generation: 1n, version: 1n }), unsafe: l2, safe: l2, finalized: l2 },
  l1: { head: l1, safe: l1, finalized: l1 },
  targets: { currentL1: l1 } as NodeView['targets'],
  services: new Map(usualServices.map(({ name }) => [name, waiting])),
}

test('the table of a devnet fits 80 columns, and has the whole text of a wait', () => {
  const text = viewLines(view, width).join('\n')
  assertFits(text, 'table')
  assert.equal(text.replaceAll(/\s+/gu, ' ').split(words).length, 1 + 2 * usualServices.length)
  assertFits(viewLine(view), 'line')
  assert.ok(
    viewLines(view, width).length < 24,
    'the table needs more lines than the 24 of a terminal',
  )
})

for (const [what, ageMs] of [
  ['waits', 1_000],
  ['is gone', 3_600_000],
] as const)
  test(`the status of a node that ${what} fits 80 columns, and has all of its text`, () => {
    const aged = <Value>(value: Value) => ({ value, ageMs })
    const states: NodeStates = {
      nowMs,
      startedMs: undefined,
      folder: '/var/lib/atoll',
      healthUrl: undefined,
      reasons: [],
      diskProblems: [`/var/lib/atoll: its disk has only 0 bytes free, ${words}`],
      chain: view.chain && aged(view.chain),
      l1: view.l1 && aged(view.l1),
      targets: view.targets && aged(view.targets),
      services: new Map(nodeServices.map(({ name }) => [name, aged(waiting)])),
    }
    const status = nodeStatus(states, [...nodeServices.map(({ name }) => name), 'unheard'])
    const text = statusLines(status, width).join('\n')
    assertFits(text, 'status')
    const flat = text.replaceAll(/\s+/gu, ' ')
    for (const sentence of [...status.advice, waiting.wait?.what ?? '', waiting.wait?.next ?? ''])
      assert.ok(flat.includes(sentence), sentence)
  })

/** A log entry as a terminal shows it, at level info unless `fields` has another level. */
function lineOf(service: string, msg: string, fields: object = {}): string {
  const entry = { level: 'info', time: '2026-06-15T12:34:56.789Z', service, msg, ...fields }
  const json = JSON.stringify(entry, (_key, value: unknown) =>
    typeof value === 'bigint' ? Number(value) : value,
  )
  return textOfEntry(JSON.parse(json) as LogEntry, { width, hasColors: false }).trimEnd()
}

test('the progress of a node is one line of 80 columns with the safe head', () => {
  const lines: string[] = []
  const log = new ProgressLog({
    info: (fields: object, msg?: string) => void lines.push(lineOf('engine', msg ?? '', fields)),
  })
  log.update(view.chain)
  assert.equal(lines.length, 1)
  assertFits(lines.join('\n'), 'progress')
  assert.match(lines.join('\n'), /engine: progress safe=137123456:0x[0-9a-f]{4}…[0-9a-f]{2} /)
})

/** Values for expressions in templates of messages. The first pattern that matches an expression gives its value. */
const inMessages = [
  [/bus\.what/u, 'NATS 2.15.2, nats://127.0.0.1:43547'],
  [/url/iu, 'http://127.0.0.1:43547'],
  [/./u, '123456'],
] as const

/** The text of a literal, with values for the expressions of a template. */
function textOf(literal: string): string {
  const text = literal.slice(1, -1)
  if (!literal.startsWith('`')) return text
  return text.replaceAll(
    /\$\{((?:[^{}]|\{[^}]*\})*)\}/gu,
    (_all, expression: string) => inMessages.find(([of]) => of.test(expression))?.[1] ?? '',
  )
}

const literal = /'[^'\n]+'|"[^"\n]+"|`[^`]+`/u.source

/** The messages in the sources of a folder that are logged at info. The node logs its messages with `report`. */
function messagesIn(folder: string): readonly string[] {
  // The reports of a failing store are logged as warnings.
  const files = globSync(`${folder}/**/*.ts`).filter((file) => !/test\.ts$|store-watch/u.test(file))
  const logged = new RegExp(`log\\.info\\((?:[^'"\`]*?,)?\\s*(${literal})`, 'giu')
  const reported = new RegExp(`\\breport\\(\\s*(${literal}),?\\s*\\)`, 'gu')
  return files.flatMap((file) => {
    const source = readFileSync(file, 'utf8')
    return [logged, reported].flatMap((calls) =>
      [...source.matchAll(calls)].map(([, found = '']) => textOf(found)),
    )
  })
}

test('each message at info is one line of 80 columns', () => {
  const folders = nodeServices.map(({ name }) => [name, `services/${name}`] as const)
  const others = [
    ['execution-client', 'packages/execution-client'],
    ['derivation', 'packages/service'],
    ['node', 'packages/node'],
  ] as const
  const all = [...folders, ...others].flatMap(([service, folder]) =>
    messagesIn(folder).map((message) => [service, message] as const),
  )
  assert.ok(all.length > 20, `only ${all.length} messages were found`)
  for (const [service, message] of all) {
    const line = lineOf(service, message)
    assertFits(line, message)
    assert.ok(line.endsWith(`] ${service}: ${message}`), line)
    assertFits(lineOf(service, message, { l2, reason: words }), message)
  }
})

test('a warning with a long reason is wrapped at 80 columns', () => {
  const error = {
    message: `l1-invalid: ${words}`,
    url: 'http://l1.example:8545',
    cause: { message: words },
  }
  const text = lineOf('da-watcher', 'an endpoint is wrong', { level: 'warn', error })
  assertFits(text, 'warning')
  assert.ok(text.replaceAll(/\s+/gu, ' ').includes(words))
})
