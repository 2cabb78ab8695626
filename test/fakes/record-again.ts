import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { systemClock } from '#runtime/clock.ts'
import { findFile, readLines } from '#records/folder/read-lines.ts'
import type { RecordedChain } from '#records/record/record-chain.ts'
import { writeRecord, type WriteRecordOptions } from '#records/record/write-record.ts'
import { recordsFolder } from './record-lines.ts'
import { type Lies, serveRecord } from './recorded-nodes.ts'

/** A recorded chain, and the range of its blocks to record again. */
export interface Again {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly lies?: Lies
  readonly options?: Partial<WriteRecordOptions>
}

/** A record, and a second record of the same chain that was made from the first. */
export interface RecordedAgain {
  readonly record: string
  readonly out: string
  readonly recorded: RecordedChain
}

/** Creates a folder that is deleted after the test. */
export function newFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'atoll-record-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

/** Records a recorded chain again, from servers that replay it. The result is deleted after the test. */
export async function recordAgain(
  t: TestContext,
  { name, from, to, lies, options }: Again,
): Promise<RecordedAgain> {
  const record = join(recordsFolder, name)
  const out = options?.out ?? join(newFolder(t), 'record')
  const recorded = await writeRecord({
    ...(await serveRecord(t, record, lies)),
    rollupConfig: join(record, 'rollup.json'),
    l1ChainConfig: join(record, 'l1-chain-config.json'),
    dependencySet: findFile(record, 'depset.json'),
    from: BigInt(from),
    to: BigInt(to),
    out,
    requestTimeoutMs: 10_000,
    clock: systemClock,
    onBlock: () => undefined,
    ...options,
  })
  return { record, out, recorded }
}

/** The lines of a file of a record; none if there is no such file. */
export async function linesOf(
  record: string,
  name: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const path = findFile(record, name)
  const lines: Readonly<Record<string, unknown>>[] = []
  if (path === undefined) return lines
  for await (const { json } of readLines(path)) lines.push(json as Record<string, unknown>)
  return lines
}
