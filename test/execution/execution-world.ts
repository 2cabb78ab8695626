import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import pino from 'pino'
import { fromHex, toAddress } from '#protocol/codec/hex.ts'
import { systemClock } from '#runtime/clock.ts'
import { startExecutionClient } from '#execution-client/execution-client.ts'
import { parseGenesis } from '#execution-client/genesis/genesis.ts'
import { makeGenesis } from '#execution-client/genesis/make-genesis.ts'
import { EngineDriver } from '#test/fakes/engine-http.ts'
import { mnemonicToAccount } from 'viem/accounts'

const mnemonic = 'test test test test test test test test test test test junk'

/** Funded accounts. */
export const accounts = {
  alice: mnemonicToAccount(mnemonic, { addressIndex: 0 }),
  bob: mnemonicToAccount(mnemonic, { addressIndex: 1 }),
} as const

/**
 * An execution client with all of its servers, on a new chain with all forks up to Karst, and a driver that calls it.
 */
export async function startWorld(t: TestContext, { databaseFile = ':memory:' } = {}) {
  const genesis = parseGenesis(
    await makeGenesis({
      chainId: 901n,
      timestamp: 1_760_000_000n,
      hardforkTimes: { karst: 0n },
      gasLimit: 60_000_000n,
      balances: new Map(
        Object.values(accounts).map(({ address }) => [toAddress(fromHex(address)), 10n ** 22n]),
      ),
    }),
  )
  const jwtSecret = new Uint8Array(randomBytes(32))
  const client = await startExecutionClient({
    genesis,
    databaseFile,
    archive: false,
    engine: { host: '127.0.0.1', port: 0, jwtSecret },
    rpc: { host: '127.0.0.1', port: 0, cors: undefined },
    clock: systemClock,
    log: pino({ level: 'warn' }),
  })
  const driver = new EngineDriver(client.engineUrl, jwtSecret)
  t.after(async () => {
    await driver.close()
    await client.close()
  })
  /** Builds a block with the transactions of the pool, and makes it the head. */
  const mine = async () => {
    const id = await driver.start(await driver.head(), { noTxPool: false })
    // The first version of a payload has only forced transactions. Pooled transactions follow a moment later.
    await new Promise((resolve) => setTimeout(resolve, 100))
    return driver.finish(id)
  }
  return { client, driver, mine }
}
