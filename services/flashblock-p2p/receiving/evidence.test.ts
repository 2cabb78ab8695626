import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { builderFrameCodec } from '#messages/builder-frame.ts'
import { fromHex } from '#protocol/codec/hex.ts'
import { otherAt0, peer, sentOf } from '#test/fakes/builder-run.ts'
import { evidenceIn, maxEvidenceFiles } from './evidence.ts'

const pair = [sentOf(0), sentOf(0, { flashblock: otherAt0 })] as const

function newFolder(t: TestContext) {
  const parent = mkdtempSync(join(tmpdir(), 'atoll-evidence-'))
  t.after(() => rmSync(parent, { recursive: true }))
  const logged: object[] = []
  const log = { error: (fields: object) => void logged.push(fields) }
  return { folder: join(parent, 'equivocations'), logged, log: log as never }
}

test('both flashblocks are kept in a file, as they arrived', async (t) => {
  const { folder, log, logged } = newFolder(t)
  await evidenceIn(folder, log).add(pair)
  const [name = ''] = readdirSync(folder)
  assert.equal(logged.length, 1)
  const file = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
    readonly builder: string
    readonly frames: readonly string[]
  }
  assert.equal(file.builder, peer)
  const frames = file.frames.map((hex) => builderFrameCodec.decode(fromHex(hex)))
  const hashes = frames.map(
    (frame) => frame.kind === 'flashblock' && frame.sent.flashblock.diff.blockHash,
  )
  assert.deepEqual(
    hashes,
    pair.map(({ flashblock }) => flashblock.diff.blockHash),
  )
})

test('a full folder, and a folder that cannot be made, are logged', async (t) => {
  const { folder, log, logged } = newFolder(t)
  await evidenceIn(folder, log).add(pair)
  for (let at = 1; at < maxEvidenceFiles; at++) writeFileSync(join(folder, `${at}`), '')
  await evidenceIn(folder, log).add([sentOf(1), sentOf(1)])
  assert.equal(readdirSync(folder).length, maxEvidenceFiles)
  await evidenceIn(join(folder, '1'), log).add(pair)
  assert.equal(logged.length, 3)
})
