import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFault, remoteFault } from '#runtime/fault.ts'
import { faultCodesPage, faultTableProblems } from './fault-codes-page.ts'

const rule = { severity: 'temporary', means: 'it is down', advice: 'start it' } as const

test('a code that is not used, or has no meaning or no advice, is a problem', () => {
  const sources = ["new Fault('down')", "isFault(error, 'mute')"]
  const rules = { down: rule, gone: rule, mute: { ...rule, means: '', advice: ' ' } }
  assert.deepEqual(faultTableProblems(rules, sources), [
    'gone is not used',
    'mute does not say what happened',
    'mute has no advice',
  ])
  assert.deepEqual(faultTableProblems({ down: rule }, sources), [])
})

test('the page has a line for each code, with severity and advice', async () => {
  const page = await faultCodesPage()
  assert.match(
    page,
    /\| `engine-unreachable` \| temporary \| .* \| see that the execution client runs/,
  )
})

test('a fault of another process keeps its code; a code that is unknown or needs fields becomes remote-fault', () => {
  const known = remoteFault({ code: 'l2-lost', detail: 'block 5' })
  assert.ok(isFault(known, 'l2-lost'))
  assert.deepEqual([known.severity, known.message], ['reset', 'l2-lost: block 5'])
  for (const code of ['of-a-later-release', 'toString', 'rpc-status']) {
    const unknown = remoteFault({ code, detail: 'block 5' })
    assert.ok(isFault(unknown, 'remote-fault'), code)
    assert.equal(unknown.message, `remote-fault: ${code}: block 5`)
  }
})
