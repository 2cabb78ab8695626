import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault, isFault } from '#runtime/fault.ts'
import { refsOf } from '#test/fakes/engine-world.ts'
import { readRecord } from '#test/fakes/recorded-chain.ts'
import { checkL1Chain } from './check-chains.ts'
import type { L1Refs } from '#services/engine/ports.ts'

const record = await readRecord('fork-karst')

function check(changes: Partial<L1Refs>): Promise<void> {
  return checkL1Chain({ config: record.config, l1: { ...refsOf(record), ...changes } })
}

function throwing(code: 'l1-refused' | 'l1-unavailable') {
  return async () => {
    throw new Fault(code)
  }
}

test('if L1 pruned the genesis block of the rollup, only the chain id of L1 is checked', async () => {
  await check({ blocksDown: async () => [] })
  // geth refuses the call with the error `pruned history unavailable`.
  await check({ blocksDown: throwing('l1-refused') })
})

test('if L1 does not answer, the check fails', async () => {
  for (const changes of [
    { blocksDown: throwing('l1-unavailable') },
    { chainId: throwing('l1-unavailable') },
  ])
    await assert.rejects(check(changes), (error) => isFault(error, 'l1-unavailable'))
  await assert.rejects(check({ chainId: throwing('l1-refused') }), (error) =>
    isFault(error, 'l1-refused'),
  )
})
