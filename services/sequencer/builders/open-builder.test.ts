import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import pino from 'pino'
import type { PayloadAttributes } from '#protocol/block/payload-attributes.ts'
import { isFault } from '#runtime/fault.ts'
import { testRollup } from '#test/fakes/test-rollup.ts'
import { l2Ref } from '#test/fakes/values.ts'
import { VirtualClock } from '#test/simulator/virtual-clock.ts'
import type { BuildParent } from './builder.ts'
import { loadingMs } from './load-module.ts'
import type { BuilderSettings } from './builder-settings.ts'
import { closingMs, openBuilder } from './open-builder.ts'

const folder = mkdtempSync(join(tmpdir(), 'atoll-builder-'))
after(() => rmSync(folder, { recursive: true }))

let files = 0

/** Writes a file, and returns its path. */
function written(text: string, extension = 'mjs'): string {
  const path = join(folder, `${++files}.${extension}`)
  writeFileSync(path, text)
  return path
}

const secret = written('11'.repeat(32), 'hex')

/** Opens the builder of settings, on a clock that a test advances, and keeps the log. */
async function opened(settings: BuilderSettings) {
  const clock = new VirtualClock(0)
  const lines: Record<string, unknown>[] = []
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>)
  const log = pino({}, { write })
  const stopping = new AbortController()
  const { signal } = stopping
  const readBlock = () => assert.fail('no block is read')
  const opening = openBuilder(settings, { config: testRollup, clock, log, readBlock, signal })
  return { clock, lines, stopping, opening }
}

/** The detail of the fault with which the settings are refused. */
async function refusalOf(settings: BuilderSettings): Promise<string | undefined> {
  const { opening } = await opened(settings)
  const error: unknown = await opening.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  assert.ok(isFault(error, 'settings'), String(error))
  return error.detail
}

test('without settings there is no builder', async () => {
  assert.equal(await (await opened({})).opening, undefined)
})

test('a module and a URL, or a URL without its secret, are refused', async () => {
  const builderUrl = 'http://127.0.0.1:1'
  const both = { builderModule: './a.mjs', builderUrl, builderJwtSecretFile: secret }
  assert.match((await refusalOf(both)) ?? '', /--builder-module and --builder-url are both given/)
  const half = /--builder-url and --builder-jwt-secret-file belong together/
  assert.match((await refusalOf({ builderUrl })) ?? '', half)
  assert.match((await refusalOf({ builderJwtSecretFile: secret })) ?? '', half)
})

const good = 'export const createBuilder = () => ({ start: async () => 1, seal: async () => 2 })'

for (const [what, path, problem] of [
  ['that does not exist', join(folder, 'missing.mjs'), /Cannot find module/],
  ['with a syntax error', written('export const = 1'), /Unexpected token/],
  ['that throws', written('throw new Error("on import")'), /: on import$/],
  ['that throws no error', written('throw "on import"'), /: on import$/],
  ['without the function', written('export default 1'), /exports no function createBuilder$/],
  [
    'whose function throws',
    written('export function createBuilder() { throw new Error("no key") }'),
    /: no key$/,
  ],
  [
    'whose function rejects',
    written('export async function createBuilder() { throw new Error("no key") }'),
    /: no key$/,
  ],
  [
    'whose function returns nothing',
    written('export function createBuilder() {}'),
    /did not return an object with the functions start and seal$/,
  ],
  [
    'whose builder cannot seal',
    written('export const createBuilder = () => ({ start() {} })'),
    /did not return an object with the functions start and seal$/,
  ],
] as const)
  test(`a module ${what} is refused with its path and the problem`, async () => {
    const detail = (await refusalOf({ builderModule: path })) ?? ''
    assert.ok(detail.startsWith(`--builder-module ${path}: `), detail)
    assert.match(detail, problem)
  })

test(`a module that does not return a builder within ${loadingMs} ms is refused`, async () => {
  for (const text of [
    'export const createBuilder = () => new Promise(() => {})',
    `await new Promise(() => {}); ${good}`,
  ]) {
    const { clock, opening } = await opened({ builderModule: written(text) })
    const refused = assert.rejects(opening, /did not return a builder within 10 s/)
    await clock.run(loadingMs + 10, () => false)
    await refused
  }
})

test('a module gets the rollup config, the log and the signal, and may be in TypeScript', async () => {
  const path = written(
    `export async function createBuilder({ config, log, signal }: any): Promise<any> {
      log('opened', { chainId: Number(config.l2ChainId) })
      signal.addEventListener('abort', () => log('aborted'))
      return { start: async () => 1, seal: async () => 2 }
    }`,
    'ts',
  )
  const { lines, opening, stopping } = await opened({ builderModule: path })
  assert.ok((await opening) !== undefined)
  stopping.abort()
  assert.deepEqual(
    lines.map(({ msg, chainId }) => [msg, chainId]),
    [
      ['opened', 901],
      ['aborted', undefined],
    ],
  )
})

test('a builder that fails to close is reported, and the sequencer does not wait for a builder that hangs', async () => {
  const withClose = (close: string) =>
    written(
      `export const createBuilder = () => ({ start() {}, seal() {}, close: () => { ${close} } })`,
    )
  const failing = await opened({ builderModule: withClose('throw new Error("busy")') })
  await (await failing.opening)?.close()
  assert.deepEqual(
    failing.lines.map(({ msg, reason }) => [msg, reason]),
    [['the builder failed to close', 'busy']],
  )
  const hanging = await opened({ builderModule: withClose('return new Promise(() => {})') })
  const closed = (await hanging.opening)?.close()
  await hanging.clock.run(closingMs + 10, () => false)
  await closed
})

test('a URL that cannot be reached is no error before the first block', async () => {
  const settings = { builderUrl: 'http://127.0.0.1:1', builderJwtSecretFile: secret }
  const built = await (await opened(settings)).opening
  assert.ok(built !== undefined)
  const ref = l2Ref(7)
  const parent: BuildParent = {
    ref,
    payload: { timestamp: 14n } as BuildParent['payload'],
    safe: ref,
    finalized: ref,
  }
  const { signal } = new AbortController()
  await assert.rejects(built.builder.start(parent, {} as PayloadAttributes, signal))
  await built.close()
})
