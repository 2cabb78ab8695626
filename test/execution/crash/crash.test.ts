import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { fromHex, toHex } from '#protocol/codec/hex.ts'
import { readJwtSecret } from '#json-rpc/jwt.ts'
import { Chain } from '#execution-client/chain/chain.ts'
import { readGenesis } from '#execution-client/genesis/read-genesis.ts'
import { decodeAccount } from '#execution-client/state/account-record.ts'
import { openChainDatabase } from '#execution-client/store/chain-database.ts'
import { Trie } from '#execution-client/trie/trie.ts'
import { runAtoll } from '#test/command/run-atoll.ts'
import { EngineDriver, parentOf } from '#test/fakes/engine-http.ts'
import { createStore, deposit, setSlot } from '#test/fakes/execution-chain.ts'
import { Random } from '#runtime/random.ts'

// The process is killed repeatedly at random moments. Each time it restarts on the newest head that it had
// acknowledged, or on a child of that head, with the complete state.

const rounds = Number(process.env['ATOLL_CRASHES'] ?? 50)
const atoll = fileURLToPath(new URL('../../../packages/cli/atoll.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'atoll-crash-'))
const genesis = join(folder, 'genesis.json')
const jwt = join(folder, 'jwt.hex')

before(async () => {
  const made = await runAtoll([
    'genesis',
    '--chain-id=901',
    '--timestamp=1760000000',
    `--out=${genesis}`,
  ])
  assert.equal(made.code, 0, made.err)
  const secret = await runAtoll(['keys', 'create', 'jwt', jwt])
  assert.equal(secret.code, 0, secret.err)
})
after(() => rmSync(folder, { recursive: true }))

async function start(): Promise<{ child: ChildProcess; url: string; startMs: number }> {
  const startedMs = performance.now()
  const args = ['execution-client', '--genesis', genesis, '--jwt-secret-file', jwt]
  const flags = ['--data-dir', join(folder, 'data'), '--engine-port=0', '--rpc-port=0']
  const child = spawn(process.execPath, [atoll, ...args, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  for await (const chunk of child.stdout) {
    output += String(chunk)
    const url = /"engineUrl":"([^"]+)"/.exec(output)?.[1]
    if (url !== undefined) return { child, url, startMs: performance.now() - startedMs }
  }
  return assert.fail(`it ended: ${output}`)
}

/** Streams blocks until the process ends. Reports each acknowledged head. */
async function stream(
  driver: EngineDriver,
  salt: number,
  onAcknowledged: (hash: string) => void,
): Promise<void> {
  let head = await driver.head()
  for (let at = 0; ; at++) {
    const number = salt * 1_000 + at
    const transactions = [
      ...(head.number === '0x0' ? [createStore(1)] : []),
      setSlot(number, number % 50, at % 5),
      deposit(number + 500, { mint: 1n }),
    ].map(toHex)
    const id = await driver.start(head, { transactions })
    head = parentOf(await driver.finish(id))
    onAcknowledged(head.hash)
  }
}

/** Reads every account and slot of the head from the file. */
async function readState(): Promise<number> {
  const database = openChainDatabase(join(folder, 'data', 'chain.sqlite'))
  const chain = new Chain({ database, genesis: await readGenesis(genesis), archive: false })
  let read = 0
  const { stateRoot } = chain.head.header
  for (const [, encoded] of new Trie(chain.source, fromHex(stateRoot)).entries())
    read += 1 + [...new Trie(chain.source, decodeAccount(encoded).storageRoot).entries()].length
  chain.close()
  return read
}

test(`the client restarts on its newest acknowledged head, or a child of it, after each of ${rounds} kills during imports`, async (t) => {
  const random = new Random(Number(process.env['ATOLL_SEED'] ?? Date.now() % 1_000_000))
  const secret = await readJwtSecret(jwt)
  const known = new Set<string>()
  let newest: string | undefined
  const starts: number[] = []
  for (let round = 0; round < rounds; round++) {
    const { child, url, startMs } = await start()
    starts.push(startMs)
    const driver = new EngineDriver(url, secret)
    const { hash } = await driver.head()
    // The last block may be stored but not acknowledged. In that case its parent is the acknowledged head.
    const isKnown = newest === undefined || hash === newest || known.has(hash)
    const { parentHash } = await driver.call<{ parentHash: string }>(
      'eth_getBlockByHash',
      hash,
      false,
    )
    assert.ok(isKnown || parentHash === newest, `round ${round}: head ${hash}`)
    if (isKnown) assert.ok(newest === undefined || hash === newest, `round ${round}: an older head`)
    const streaming = stream(driver, round, (acknowledged) => {
      known.add(acknowledged)
      newest = acknowledged
    })
    const killed = once(child, 'exit')
    setTimeout(() => child.kill('SIGKILL'), random.between(50, 600))
    await assert.rejects(streaming, { severity: 'temporary' })
    await killed
    await driver.close()
    assert.ok((await readState()) > 2_000, `round ${round}`)
  }
  const sorted = starts.toSorted((left, right) => left - right)
  t.diagnostic(
    `${known.size} blocks acknowledged; started in ${Math.round(sorted[rounds >> 1] ?? 0)} ms`,
  )
})
