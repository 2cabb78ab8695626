import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { hardforkNames } from '#protocol/chains/hardforks.ts'
import { fromHex, toAddress, toHex } from '#protocol/codec/hex.ts'
import { makeGenesisBlock, parseGenesis } from '#execution-client/genesis/genesis.ts'
import { makeGenesis } from '#execution-client/genesis/make-genesis.ts'
import { MemoryStore } from '#execution-client/state/memory-store.ts'

const rich = toAddress(new Uint8Array(20).fill(7))
const chain = {
  chainId: 901n,
  timestamp: 1_760_000_000n,
  gasLimit: 30_000_000n,
  balances: new Map([[rich, 10n ** 18n]]),
}

const readGzip = (path: string) => JSON.parse(gunzipSync(readFileSync(path)).toString()) as unknown

for (const last of hardforkNames)
  test(`the genesis of a new chain has every fork up to ${last}`, async () => {
    const genesis = parseGenesis(await makeGenesis({ ...chain, hardforkTimes: { [last]: 0n } }))
    const { header } = makeGenesisBlock(genesis, new MemoryStore())
    const at = hardforkNames.indexOf(last)
    assert.equal(header.withdrawalsRoot !== undefined, at >= hardforkNames.indexOf('canyon'))
    assert.equal(header.requestsHash !== undefined, at >= hardforkNames.indexOf('isthmus'))
    assert.equal(
      header.extraData.length,
      at >= hardforkNames.indexOf('jovian') ? 17 : at >= hardforkNames.indexOf('holocene') ? 9 : 0,
    )
    assert.equal(genesis.accounts.get(rich)?.balance, 10n ** 18n)
  })

interface Recorded {
  readonly allocExtra: Readonly<
    Record<string, { code?: string; nonce?: string; storage?: Record<string, string> }>
  >
}

/**
 * Last digits of the addresses of L1Block and the two system contracts. In a record, earlier blocks wrote to these
 * contracts.
 */
const written = ['00000015', 'beac02', '175320002935']

const shared = fileURLToPath(new URL('../../../shared/fixtures/records/', import.meta.url))
const skip = existsSync(shared) ? false : 'the full set of records is missing'

for (const [record, last] of [
  ['bench-span', 'karst'],
  ['fork-karst', 'jovian'],
  ['late-genesis', 'isthmus'],
  ['fork-jovian', 'isthmus'],
] as const)
  test(`a new genesis has the predeploys of the record ${record}`, { skip }, async () => {
    const { allocExtra } = readGzip(`${shared}${record}/genesis.json.gz`) as Recorded
    const genesis = parseGenesis(await makeGenesis({ ...chain, hardforkTimes: { [last]: 0n } }))
    let compared = 0
    for (const [address, want] of Object.entries(allocExtra)) {
      // An account without code and slots is a funded user.
      if (want.code === undefined && want.storage === undefined) continue
      const own = genesis.accounts.get(toAddress(fromHex(`0x${address.replace('0x', '')}`)))
      assert.equal(own && toHex(own.code), want.code ?? '0x', address)
      compared++
      // The recorded chains had earlier blocks, whose L1 attributes and hashes are stored in these contracts.
      if (written.some((last4) => address.endsWith(last4))) continue
      const slots = own?.storage.map(([slot, value]) => [toHex(slot), toHex(value)]) ?? []
      const wanted = Object.entries(want.storage ?? {}).map(([slot, value]) => [
        slot,
        `0x${value.slice(2).padStart(64, '0')}`,
      ])
      assert.deepEqual(Object.fromEntries(slots), Object.fromEntries(wanted), address)
    }
    assert.ok(compared > 10, `${compared} accounts`)
  })
