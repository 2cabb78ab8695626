import assert from 'node:assert/strict'
import { cpSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { isFault } from '#runtime/fault.ts'
import { toL1Block } from '#l1/to-l1-block.ts'
import { readRollupConfig } from '#records/folder/record-config.ts'
import { readL1 } from '#records/folder/read-l1.ts'
import { linesOf, newFolder } from '#test/fakes/record-again.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import type { L1Reader, SourcedL1Block } from './l1-source.ts'
import { WorkerL1, type WorkerL1Options } from './worker-l1.ts'

const folder = join(recordsFolder, 'fork-ecotone')
const config = await readRollupConfig(folder)
const expected = await Array.fromAsync(readL1(folder), (recorded) => toL1Block(recorded, config))
const first = expected[0]?.number ?? 0n
const read = { isLoaded: false, isVerified: false }
const loaded = { isLoaded: true, isVerified: false }

function sourceOf(t: TestContext, options: WorkerL1Options, from = folder): WorkerL1 {
  const source = new WorkerL1(from, config, options)
  t.after(() => source.close())
  return source
}

async function restOf(reader: L1Reader): Promise<SourcedL1Block[]> {
  const blocks: SourcedL1Block[] = []
  for (let block = await reader.next(); block !== undefined; block = await reader.next())
    blocks.push(block)
  return blocks
}

async function blocksOf(source: WorkerL1, from: bigint) {
  return (await restOf(await source.open(from))).map(({ l1 }) => l1)
}

function isRecordFault(says: RegExp) {
  return (error: unknown) => isFault(error, 'record') && says.test(error.message)
}

/** Copies a record, and uncompresses and edits its L1 file. */
async function edited(
  t: TestContext,
  edit: (lines: string[]) => void,
  record = 'fork-delta',
): Promise<string> {
  const copy = join(newFolder(t), 'record')
  cpSync(join(recordsFolder, record), copy, { recursive: true })
  const lines = (await linesOf(copy, 'l1.ndjson')).map((line) => JSON.stringify(line))
  edit(lines)
  rmSync(join(copy, 'l1.ndjson.gz'))
  await writeFile(join(copy, 'l1.ndjson'), `${lines.join('\n')}\n`)
  return copy
}

for (const [name, options] of Object.entries({ read, loaded })) {
  test(`blocks arrive unchanged, byte for byte (L1 is ${name})`, async (t) => {
    assert.deepEqual(await blocksOf(sourceOf(t, options), first), expected)
  })

  test(`a new reading begins at the requested block and ends the previous reading (L1 is ${name})`, async (t) => {
    const source = sourceOf(t, options)
    await source.loaded()
    const before = await source.open(first)
    assert.deepEqual((await before.next())?.l1, expected[0])
    assert.deepEqual(await blocksOf(source, first + 3n), expected.slice(3))
    assert.equal(await before.next(), undefined)
    assert.deepEqual(await blocksOf(source, first), expected)
  })

  test(`a missing block is reported to the reader (L1 is ${name})`, async (t) => {
    const source = sourceOf(t, options)
    const beyond = await source.open(first + BigInt(expected.length))
    await assert.rejects(
      restOf(beyond),
      isRecordFault(/^record: \S*fork-ecotone: l1\.ndjson ends before block /),
    )
    assert.deepEqual(await blocksOf(source, first), expected)
  })

  test(`if the requested block is before the first block, the error names the first line (L1 is ${name})`, async (t) => {
    const copy = await edited(t, (lines) => {
      lines.splice(0, 2)
    })
    const wanted = isRecordFault(
      /^record: \S*l1\.ndjson, line 1: L1 block 2, but block 0 is needed first/,
    )
    await assert.rejects(blocksOf(sourceOf(t, options, copy), first), wanted)
  })
}

test('all blocks arrive even if only some of them are in memory at a time', async (t) => {
  const long = join(recordsFolder, 'channel-timeout')
  const numbers = (await blocksOf(sourceOf(t, read, long), 0n)).map(({ number }) => Number(number))
  assert.deepEqual(numbers, [...Array(115).keys()])
})

test(
  'a consumed message is acknowledged immediately if only one message may be ahead',
  { timeout: 30_000 },
  async (t) => {
    const seventeenMiB = '00'.repeat(17 * 1_024 * 1_024)
    const copy = await edited(t, (lines) => {
      lines[3] = (lines[3] ?? '').replace('"input":"0x', `"input":"0x${seventeenMiB}`)
    })
    const blocks = await blocksOf(sourceOf(t, read, copy), 0n)
    assert.equal(blocks.length, 12)
    const [large] = blocks[3]?.inboxTransactions ?? []
    assert.ok(large !== undefined && large.data.length > 17 * 1_024 * 1_024)
  },
)

/** Folder with the open files of a process. */
const openFiles = '/proc/self/fd'

function timesOpen(path: string): number {
  const { dev, ino } = statSync(path)
  const isIt = (name: string) => {
    // A file that was closed meanwhile is missing.
    const file = statSync(join(openFiles, name), { throwIfNoEntry: false })
    return file?.ino === ino && file.dev === dev
  }
  return readdirSync(openFiles).filter(isIt).length
}

test(
  'a file is read a little ahead, and closed after the next reading has ended',
  { skip: !existsSync(openFiles), timeout: 30_000 },
  async (t) => {
    const long = await edited(t, () => undefined, 'channel-timeout')
    const file = join(long, 'l1.ndjson')
    const source = sourceOf(t, read, long)
    const given = await source.open(0n)
    assert.ok(await given.next())
    // Waits until a second source has read the whole file.
    const other = sourceOf(t, read, long)
    await blocksOf(other, 0n)
    await other.close()
    assert.equal(timesOpen(file), 1)
    await blocksOf(source, 0n)
    while (timesOpen(file) > 0) await turn()
  },
)

test('a thread exits by itself when it is closed in the middle of a reading', async () => {
  for (let at = 0; at < 12; at++) {
    const source = new WorkerL1(join(recordsFolder, 'op-batcher-span'), config, read)
    const reader = await source.open(0n)
    await reader.next()
    const rest = assert.rejects(restOf(reader), { message: 'the thread that reads L1 has ended' })
    await sleep(at)
    await Promise.all([source.close(), rest])
  }
})

test('a waiting reader ends when another reading begins, and gets an error when the source is closed', async (t) => {
  const source = sourceOf(t, read)
  const waiting = (await source.open(first)).next()
  const reader = await source.open(first)
  assert.equal(await waiting, undefined)
  const rejected = assert.rejects(async () => reader.next(), /the thread that reads L1 has ended/)
  await source.close()
  await rejected
})

test('if a block is invalid, the blocks before it arrive, and then an error with its line', async (t) => {
  const copy = await edited(t, (lines) => {
    lines[5] = (lines[5] ?? '').replace(/"gasUsed":"0x\w+"/u, '"gasUsed":"0x7"')
  })
  const source = sourceOf(t, { isLoaded: false, isVerified: true }, copy)
  const reader = await source.open(first)
  for (let number = 0; number < 5; number++) assert.ok(await reader.next())
  await assert.rejects(async () => reader.next(), isRecordFault(/^record: \S*l1\.ndjson, line 6: /))
})

test('an unreadable record is reported to the code that waits for loading, and to the reader', async (t) => {
  const copy = await edited(t, (lines) => {
    lines[2] = '{'
  })
  const source = sourceOf(t, loaded, copy)
  const wanted = isRecordFault(/^record: \S*l1\.ndjson, line 3: /)
  await assert.rejects(source.loaded(), wanted)
  await assert.rejects(blocksOf(source, first), wanted)
})
