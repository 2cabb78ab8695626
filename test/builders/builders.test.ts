import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { freeTcpPort } from '#test/fakes/free-port.ts'
import { medianAndWorst } from '#test/interop/head-record.ts'
import { until } from '#test/interop/until.ts'
import {
  blockSeconds,
  type BuilderClient,
  builderTimeoutMs,
  BuilderWorld,
} from './builder-world.ts'

// A real node with a sequencer, whose services are processes, on a chain that begins now. The builders are processes,
// too. A transaction that only the builder has shows whose block is used.

/**
 * How late blocks may be inserted. At the seal time plus the budget, the local block is ready. The remaining time is
 * for its insertion on a busy machine. Even the latest block must be inserted before the next block is due.
 */
const [medianMs, worstMs] = [builderTimeoutMs + 150, blockSeconds * 1_000]

function pathOf(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url))
}

/** Sends transactions to one client only, and waits until each transaction is in a block of the node. */
async function assertUsed(world: BuilderWorld, client: BuilderClient, count: number) {
  for (let at = 0; at < count; at++) await untilIncluded(world, await world.send(client))
}

async function untilIncluded(world: BuilderWorld, hash: string): Promise<number> {
  const explain = () => world.log.slice(-20).join('\n')
  let number: number | undefined
  await until(
    `${hash} is in a block`,
    { withinMs: 20_000, everyMs: 50, explain },
    async () => (number = await world.blockWith(hash)) !== undefined,
  )
  return number ?? assert.fail()
}

function assertOnTime(t: TestContext, what: string, made: BuilderWorld['made']): void {
  const { median, worst } = medianAndWorst(made.map(({ delayMs }) => delayMs))
  t.diagnostic(`${what}: ${made.length} blocks, inserted ${median} / ${worst} ms after their time`)
  assert.ok(median <= medianMs && worst <= worstMs, `${what}: ${median} / ${worst} ms`)
  const numbers = made.map(({ number }) => number)
  const [first = 0] = numbers
  assert.deepEqual(
    numbers,
    numbers.map((_, at) => first + at),
  )
}

const pathOfCheckout = '/opt/atoll/'

test('the example of docs/building.md puts its transactions into the chain', async (t) => {
  const doc = await readFile(pathOf('../../docs/building.md'), 'utf8')
  const [, code = ''] = /```ts\n(import \{ readFile \}.*?)```/su.exec(doc) ?? []
  const source = await readFile(pathOf('./example-builder.ts'), 'utf8')
  assert.equal(code, source.replace("'#", `'${pathOfCheckout}`), 'the example has changed')

  const world = await BuilderWorld.of(t)
  const client = await world.startClient('example')
  const path = join(world.folder, 'my-builder.ts')
  const bundle = join(world.folder, 'bundle.txt')
  await writeFile(path, code)
  await writeFile(bundle, '')
  const env = {
    BUNDLE_ENGINE_URL: client.engineUrl,
    BUNDLE_JWT_FILE: world.jwtFile,
    BUNDLE_FILE: bundle,
  }
  Object.assign(process.env, env)
  t.after(() => Object.keys(env).forEach((name) => delete process.env[name]))
  await world.startNode({ builderModule: path })
  const from = world.made.length
  const signed = [await world.sign(), await world.sign()]
  const last = world.made.at(-1)?.number ?? 0
  await writeFile(bundle, `${signed.join('\n')}\n`)
  let users: readonly string[] = []
  let number = last
  const explain = () => world.log.slice(-20).join('\n')
  await until('the bundle is in a block', { withinMs: 20_000, explain }, async () => {
    while (users.length === 0 && number < (world.made.at(-1)?.number ?? 0))
      users = await world.usersIn(++number)
    return users.length > 0
  })
  assert.equal(users.length, 2)
  await world.moreBlocks(3)
  const { used = 0, failed = 0 } = await world.outcomes()
  assert.ok(used >= 3 && failed === 0, JSON.stringify(await world.outcomes()))
  assert.ok(world.log.some((line) => line.includes('sequencer: bundle count=2')))
  assertOnTime(t, 'the example', world.made.slice(from))
})

test('a second execution client builds over its Engine API; when that client ends, blocks continue, and after its restart it is used again', async (t) => {
  const world = await BuilderWorld.of(t)
  const client = await world.startClient('builder')
  await world.startNode({ builderUrl: client.engineUrl, builderJwtSecretFile: world.jwtFile })
  const from = world.made.length
  await assertUsed(world, client, 5)
  const { used = 0 } = await world.outcomes()
  assert.ok(used >= 5)
  assert.deepEqual(world.notices, [])
  assertOnTime(t, 'Engine API', world.made.slice(from))
  await client.program.kill()
  await world.moreBlocks(1)
  await assertLocal(t, world, { attack: 'ended', outcome: 'failed', reason: /not start to build/ })
  const again = await client.restart()
  await assertUsed(world, again, 2)
  assert.deepEqual(world.notices, [])
  assertOnTime(t, 'after a restart', world.made.slice(from))
})

const rollupBoost = process.env['ATOLL_ROLLUP_BOOST'] ?? 'rollup-boost'
const hasRollupBoost = spawnSync(rollupBoost, ['--version']).status === 0
const skip = hasRollupBoost
  ? false
  : 'no rollup-boost on PATH or in ATOLL_ROLLUP_BOOST: cargo install --locked --version 0.7.13 rollup-boost'

test('rollup-boost is a builder', { skip }, async (t) => {
  const world = await BuilderWorld.of(t)
  const [local, builder] = [await world.startClient('l2'), await world.startClient('builder')]
  const port = await freeTcpPort()
  const program = world.startProgram(rollupBoost, [
    `--l2-url=${local.engineUrl}`,
    `--l2-jwt-path=${world.jwtFile}`,
    `--builder-url=${builder.engineUrl}`,
    `--builder-jwt-path=${world.jwtFile}`,
    '--rpc-host=127.0.0.1',
    `--rpc-port=${port}`,
    `--debug-server-port=${await freeTcpPort()}`,
  ])
  t.after(() => {
    t.diagnostic(program.output.slice(-2_000))
  })
  const builderUrl = `http://127.0.0.1:${port}`
  await world.startNode({ builderUrl, builderJwtSecretFile: world.jwtFile })
  const from = world.made.length
  await assertUsed(world, builder, 5)
  assertOnTime(t, 'rollup-boost', world.made.slice(from))
})

/** The attacks of the hostile builder, with the outcome and the reason that the log must have. */
const attacks: Readonly<Record<string, readonly [outcome: string, reason: RegExp]>> = {
  late: ['late', /its block is not there, 300 ms after the seal time/],
  'other-parent': ['refused', /parentHash is 0x\w+, want 0x/],
  'no-deposits': ['refused', /transactions/],
  'much-gas': ['refused', /gasUsed is 30000001, want at most 30000000/],
  'wrong-extra-data': ['refused', /extraData|eip1559Params/],
  'added-deposit': ['refused', /has type 0x7e, want one that may be added/],
  'wrong-state-root': ['refused', /the local execution client refuses it: /],
  // A busy machine may not read this large block within the budget.
  'large-block': ['refused|late', /the size on gossip in bytes is|its block is not there/],
  never: ['late', /its block is not there/],
  'status-500': ['failed', /500/],
  html: ['failed', /its block is not there: /],
  'huge-answer': ['failed|late', /./],
}

test('with a hostile builder, each block is on time and local, and the log says why; when the builder is honest again, it is used', async (t) => {
  const world = await BuilderWorld.of(t)
  const client = await world.startClient('builder')
  const [program, url] = await world.startWithLine(process.execPath, [
    pathOf('./hostile-builder.ts'),
    client.engineUrl,
  ])
  await world.startNode({ builderUrl: url, builderJwtSecretFile: world.jwtFile })
  await assertUsed(world, client, 1)
  for (const [attack, [outcome, reason]] of Object.entries(attacks)) {
    await fetch(`${url}/attack/${attack}`, { method: 'POST' })
    // The block that is being sealed may still be honest.
    await world.moreBlocks(1)
    const from = world.made.length
    const hash = await world.send(client)
    await assertLocal(t, world, { attack, outcome, reason })
    assert.equal(await world.blockWith(hash), undefined, attack)
    await fetch(`${url}/attack/none`, { method: 'POST' })
    await untilIncluded(world, hash)
    assertOnTime(t, attack, world.made.slice(from))
  }
  const from = world.made.length
  await program.kill()
  await world.moreBlocks(1)
  await assertLocal(t, world, {
    attack: 'dead',
    outcome: 'failed',
    reason: /it did not start to build: .*(refused|does not answer)/,
  })
  assertOnTime(t, 'dead', world.made.slice(from))
  assert.match(world.notices.join(), /the last block of the builder was not used \(failed\)/)
  t.diagnostic(JSON.stringify(await world.outcomes()))
})

/** Makes three blocks. They must be local, and their lines in the log must say why. */
async function assertLocal(
  t: TestContext,
  world: BuilderWorld,
  {
    attack,
    outcome,
    reason,
  }: { readonly attack: string; readonly outcome: string; readonly reason: RegExp },
): Promise<void> {
  const logged = world.log.length
  const linesOf = () =>
    world.log.slice(logged).filter((line) => line.includes('the block of the builder is not used'))
  const outcomeOf = new RegExp(`outcome=(${outcome})\\b`)
  // On a busy machine, the builder may also be late.
  const says = (line: string) => outcomeOf.test(line) && reason.test(line)
  for (let round = 0; round < 5 && !linesOf().some(says); round++)
    for (const { number } of await world.moreBlocks(3))
      assert.deepEqual(await world.usersIn(number), [], attack)
  const lines = linesOf()
  assert.ok(lines.length >= 3 && lines.some(says), `${attack}\n${lines.join('\n')}`)
  for (const line of lines) assert.match(line, new RegExp(`outcome=(${outcome}|late)\\b`), attack)
  t.diagnostic(lines.find(says)?.slice(0, 200) ?? '')
}
