import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { Fault } from '#runtime/fault.ts'
import { withUsableStore } from './usable-store.ts'

const ended = new Fault('nats-server-failed', { detail: 'panic', fields: { hasEnded: true } })

/** Starts a server on a store with one file. @returns the result, the reports, and the place of the file afterwards */
async function startOn(t: TestContext, starts: (store: string) => Promise<string>) {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-store-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const store = join(folder, 'store')
  mkdirSync(store)
  writeFileSync(join(store, 'state'), 'x')
  const said: string[] = []
  const options = {
    report: (what: string) => void said.push(what),
    start: () => starts(store),
  }
  const running = await withUsableStore(folder, options).catch((error: unknown) => error)
  const file = (name: string) => existsSync(join(folder, name, 'state'))
  return { running, said, isKept: file('store'), isAside: file('store.unusable') }
}

test('if the server ends immediately when it is started on an existing store, the store is moved aside, and that is reported', async (t) => {
  const starts = (store: string) =>
    existsSync(join(store, 'state')) ? Promise.reject(ended) : Promise.resolve('runs')
  const { running, said, isKept, isAside } = await startOn(t, starts)
  assert.deepEqual([running, isKept, isAside], ['runs', false, true])
  assert.match(
    said.join('\n'),
    /moved to .*unusable; the new store is empty until services write to it/,
  )
})

for (const [what, error] of [
  ['also ends immediately with an empty store', ended],
  ['does not become ready in time', new Fault('nats-server-failed', { detail: 'not in time' })],
  ['finds its port in use', new Fault('nats-port')],
] as const)
  test(`if the server ${what}, the old store is in its place afterwards`, async (t) => {
    const { running, said, isKept, isAside } = await startOn(t, () => Promise.reject(error))
    assert.deepEqual([running, isKept, isAside], [error, true, false])
    // The move aside and the move back are reported. The store is moved only if the server ended by itself.
    assert.equal(said.length, error === ended ? 2 : 0)
  })

test('if the second start is cancelled, the error is `aborted`, and the store is moved back', async (t) => {
  const aborted = new Fault('aborted')
  const starts = (store: string) =>
    Promise.reject(existsSync(join(store, 'state')) ? ended : aborted)
  const { running, isKept, isAside } = await startOn(t, starts)
  assert.deepEqual([running, isKept, isAside], [aborted, true, false])
})
