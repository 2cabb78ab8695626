import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { newFolder } from '#test/fakes/record-again.ts'
import { recordsFolder } from '#test/fakes/record-lines.ts'
import { serveRecord } from '#test/fakes/recorded-nodes.ts'
import { runAtoll } from './run-atoll.ts'

const record = join(recordsFolder, 'fork-canyon')

async function flagsOf(t: TestContext, out: string) {
  const { l1RpcUrl, l2RpcUrl } = await serveRecord(t, record)
  const flags = {
    'l1-rpc-url': l1RpcUrl,
    'l2-rpc-url': l2RpcUrl,
    'rollup-config': join(record, 'rollup.json'),
    'l1-chain-config': join(record, 'l1-chain-config.json'),
    genesis: join(record, 'genesis.json.gz'),
    from: '0',
    to: '54',
    out,
  }
  return ['record', ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value])]
}

test('atoll derive derives and executes a record written by atoll record', async (t) => {
  const out = join(newFolder(t), 'canyon')
  const flags = await flagsOf(t, out)
  const recorded = await runAtoll(flags)
  assert.equal(recorded.code, 0, recorded.err)
  assert.match(recorded.out, /^L2 blocks 0 to 54 with \d+ transactions\nL1 blocks 0 to \d+\nin /)
  for (const more of [[], ['--execute']]) {
    const { code, out: said, err } = await runAtoll(['derive', '--record', out, '--quiet', ...more])
    assert.equal(code, 0, err)
    assert.match(said, /"blocks":54,/)
  }
  const again = await runAtoll(flags)
  assert.equal(again.code, 2)
  assert.match(again.err, /exists and is not overwritten/)
})

for (const [what, more, code, message] of [
  [
    'both --network and --rollup-config',
    ['--network', 'op-mainnet'],
    2,
    /give exactly one of --network and --rollup-config/,
  ],
  [
    'a --to above the newest block',
    ['--to', '55'],
    2,
    /the newest block of http.* is 54; give a lower --to/,
  ],
  ['a --from that is not a number', ['--from', 'genesis'], 2, /--from is "genesis"/],
] as const)
  test(`atoll record reports ${what}`, async (t) => {
    const ran = await runAtoll([...(await flagsOf(t, join(newFolder(t), 'out'))), ...more])
    assert.equal(ran.code, code, ran.err)
    assert.match(ran.err, message)
    assert.doesNotMatch(ran.err, /at async/)
  })
