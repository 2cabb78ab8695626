import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { runAtoll } from './run-atoll.ts'

const folder = mkdtempSync(join(tmpdir(), 'atoll-derive-'))
after(() => rmSync(folder, { recursive: true }))

type Line = Record<string, unknown>

/** A copy of a record in which some files are changed and uncompressed. */
function edited(record: string, files: Readonly<Record<string, (text: string) => string>>): string {
  const to = mkdtempSync(join(folder, 'edited-'))
  cpSync(join(recordsFolder, record), to, { recursive: true })
  for (const [name, change] of Object.entries(files)) {
    const isPacked = name.endsWith('ndjson')
    const from = readFileSync(join(to, isPacked ? `${name}.gz` : name))
    if (isPacked) rmSync(join(to, `${name}.gz`))
    writeFileSync(join(to, name), change((isPacked ? gunzipSync(from) : from).toString()))
  }
  return to
}

/** Changes the lines of a file. */
function lines(change: (all: string[]) => void): (text: string) => string {
  return (text) => {
    const all = text.trim().split('\n')
    change(all)
    return `${all.join('\n')}\n`
  }
}

const derive = (record: string, ...flags: string[]) =>
  runAtoll(['derive', '--record', record, ...flags])

const karst = join(recordsFolder, 'fork-karst')

test('deriving a record prints a line for each block, then a summary with time and memory', async () => {
  const { code, out, err } = await derive(karst, '--json')
  assert.equal(code, 0, err)
  const printed = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
  const summary = printed.pop() ?? {}
  assert.equal(printed.length, 54)
  assert.ok(printed.every(({ matches }) => matches === true))
  assert.deepEqual([printed[0]?.['number'], printed[53]?.['number']], [1, 54])
  assert.deepEqual([summary['blocks'], summary['l1Blocks']], [54, 12])
  for (const name of ['txs', 'seconds', 'loadSeconds', 'blocksPerSecond', 'maxRssMb'])
    assert.equal(typeof summary[name], 'number', name)
})

test('with --no-json only the result is printed, in three lines', async () => {
  const { code, out, err } = await derive(karst, '--no-json', '--execute', '--verify-l1')
  assert.equal(code, 0, err)
  assert.match(
    out,
    /^54 blocks with \d+ transactions from 12 L1 blocks, each with the recorded hash$/m,
  )
  assert.match(out, /^safe head 54 0x[0-9a-f]{64}$/m)
  assert.match(out, /s deriving \([\d,]+ blocks\/s\), .* s executing, .* s reading$/m)
  assert.equal(out.trim().split('\n').length, 3)
})

test('derivation can start at a later block, with and without execution', async () => {
  for (const flags of [[], ['--execute']]) {
    const { code, out, err } = await derive(karst, '--json', '--from', '20', ...flags)
    assert.equal(code, 0, err)
    assert.equal((JSON.parse(out.split('\n')[0] ?? '') as Line)['number'], 21)
  }
})

test('the reported time is the median of repeated runs', async () => {
  const { out } = await derive(karst, '--json', '--quiet', '--repeat', '3')
  const summary = JSON.parse(out) as { seconds: number; secondsAll: number[] }
  assert.equal(summary.secondsAll.length, 3)
  assert.equal(summary.seconds, summary.secondsAll.toSorted((a, b) => a - b)[1])
})

/** Changes the first deposit of L1. Nothing else in the record depends on this deposit. */
const otherDeposit = lines((all) => {
  const event = '0xb3813568d9991fc951961fcb4c784893574240a28925604d09fc577c55bb7c32'
  const at = all.findIndex((line) => line.includes(event))
  const line = JSON.parse(all[at] ?? '') as { receipts: { logs: { topics: string[] }[] }[] }
  const log = line.receipts.flatMap(({ logs }) => logs).find(({ topics }) => topics[0] === event)
  if (log?.topics[1] !== undefined) log.topics[1] = `0x${'0'.repeat(24)}${'77'.repeat(20)}`
  all[at] = JSON.stringify(line)
})

test('the first block that differs is shown field by field, and the command ends with 1', async () => {
  const record = edited('deposits-and-config', { 'l1.ndjson': otherDeposit })
  const { code, out, err } = await derive(record, '--json')
  assert.equal(code, 1)
  assert.match(err, /^block \d+, derived from L1 block \d+, is not as recorded:$/m)
  assert.match(
    err,
    /^ {2}transactions\[\d+\], from character \d+ on\n {4}derived {3}[0-9a-f]+\n {4}recorded {2}[0-9a-f]+$/m,
  )
  const printed = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
  assert.ok('firstDifference' in (printed.at(-1) ?? {}))
  assert.equal(printed.at(-2)?.['matches'], false)
})

test('with execution, a changed deposit shows in the transactions root and the state root of its block', async () => {
  const record = edited('deposits-and-config', {
    'l1.ndjson': otherDeposit,
    'genesis.json.gz': (text) => text,
  })
  cpSync(join(recordsFolder, 'alloc.json.gz'), join(folder, 'alloc.json.gz'))
  cpSync(
    join(recordsFolder, 'deposits-and-config/genesis.json.gz'),
    join(record, 'genesis.json.gz'),
  )
  const { code, err } = await derive(record, '--json', '--quiet', '--execute')
  assert.equal(code, 1)
  assert.match(err, /^ {2}transactionsRoot$/m)
  assert.match(err, /^ {2}stateRoot$/m)
})

for (const { name, record = 'fork-karst', files, flags = [], says } of [
  {
    name: 'a missing line of L1',
    files: { 'l1.ndjson': lines((all) => all.splice(5, 1)) },
    says: /l1\.ndjson, line 6: L1 block 6 with parent .* does not fit the line before it: block 4/,
  },
  {
    name: 'lines of L1 in another order',
    files: { 'l1.ndjson': lines((all) => all.push(...all.splice(3, 1))) },
    says: /l1\.ndjson, line 4: L1 block 4 .* does not fit/,
  },
  {
    name: 'a truncated line',
    files: { 'l1.ndjson': (text: string) => text.slice(0, text.length - 500) },
    says: /l1\.ndjson, line 12: .*JSON/,
  },
  {
    name: 'an L1 that ends early',
    files: { 'l1.ndjson': lines((all) => all.splice(7)) },
    says: /l1\.ndjson ends where L2 block \d+ is derived, but l2\.ndjson continues to block 54\. .*--verify-l1/,
  },
  {
    name: 'a blob that is missing',
    record: 'bad-data-karst',
    files: { 'l1.ndjson': (text: string) => text.replace(/,"blobs":\[[^\]]*\]/g, '') },
    says: /l1\.ndjson, line \d+: L1 block \d+ does not have the complete blob 0x01[0-9a-f]+ of batcher 0x/,
  },
  {
    name: 'a transaction of L1 that was edited',
    files: { 'l1.ndjson': (text: string) => text.replace(/"input":"0x00/, '"input":"0x01') },
    flags: ['--verify-l1'],
    says: /l1\.ndjson, line \d+: L1 block \d+ is invalid: transaction \d+ has hash 0x/,
  },
  {
    name: 'a receipt of L1 that was edited',
    files: { 'l1.ndjson': (text: string) => text.replace(/"status":"0x1"/, '"status":"0x0"') },
    flags: ['--verify-l1'],
    says: /l1\.ndjson, line \d+: L1 block \d+ is invalid: receipts root 0x/,
  },
  {
    name: 'a transaction of L2 that was edited',
    files: { 'l2.ndjson': (text: string) => text.replace(/"raw":\["0x7ef901/, '"raw":["0x7ef902') },
    says: /l2\.ndjson, line \d+: block\.transactionsRoot: 0x/,
  },
  {
    name: 'a header of L2 that was edited',
    files: {
      'l2.ndjson': (text: string) => text.replace(/"gasUsed":"0x[1-9a-f]/, '"gasUsed":"0x'),
    },
    says: /l2\.ndjson, line \d+: block\./,
  },
  {
    name: 'a rollup config with an unknown fork',
    files: { 'rollup.json': (text: string) => text.replace('{', '{"zenith_time": 9,') },
    says: /rollup\.json: .*zenith_time/,
  },
  {
    name: 'a rollup config without a block time',
    files: { 'rollup.json': (text: string) => text.replace(/"block_time": \d+,/, '') },
    says: /rollup\.json: .*block_time/,
  },
  {
    name: 'a rollup config of another chain',
    files: {
      'rollup.json': (text: string) => text.replace(/("l2": \{\s*"hash": "0x)..../, '$10000'),
    },
    says: /l2\.ndjson\.gz, line 1: L2 block 0 is 0x.*, but the genesis block of the rollup config is 0x0000/,
  },
  {
    name: 'a rollup config with another inbox',
    files: {
      'rollup.json': (text: string) => text.replace(/("batch_inbox_address": "0x)..../, '$11234'),
    },
    says: /No batcher data was dropped\. .* or rollup\.json belongs to another chain/,
  },
  {
    name: 'a malformed file without compression',
    files: { 'l2.ndjson': () => '[]\n' },
    says: /l2\.ndjson, line 1: block: /,
  },
  {
    name: 'a blob schedule that would divide by zero',
    files: {
      'l1-chain-config.json': (text: string) =>
        text.replace(/"baseFeeUpdateFraction": \d+/, '"baseFeeUpdateFraction": 0'),
    },
    says: /l1-chain-config\.json: blobSchedule\.cancun\.baseFeeUpdateFraction: must not be 0/,
  },
  {
    name: 'the L1 of another chain',
    files: {
      'rollup.json': (text: string) => text.replace(/("l1": \{\s*"hash": "0x)..../, '$11234'),
    },
    says: /l1\.ndjson\.gz, line 1: L1 block 0 is 0x.*, but L2 block 0 comes from 0x1234/,
  },
  {
    name: 'an L1 chain config that is not an object',
    files: { 'l1-chain-config.json': () => '7' },
    says: /l1-chain-config\.json: /,
  },
  {
    name: 'a --from block after the end of the record',
    files: {},
    flags: ['--from', '999'],
    says: /l2\.ndjson ends before block 999/,
  },
] satisfies {
  name: string
  record?: string
  files: Record<string, (text: string) => string>
  flags?: string[]
  says: RegExp
}[])
  test(`${name} is reported with the name of a file, and the command ends with 2`, async () => {
    const { code, err } = await derive(edited(record, files), '--quiet', ...flags)
    assert.match(err, says)
    assert.equal(code, 2, err)
    assert.ok(!err.includes('    at '), 'the output has a stack trace')
  })

test('a folder without a record is reported', async () => {
  const { code, err } = await derive(join(folder, 'nowhere'))
  assert.equal(code, 2)
  assert.match(err, /there is no rollup\.json/)
})
