import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import type * as z from 'zod'
import { executionClientSettings, genesisSettings } from '#cli/execution-settings.ts'
import { serveCommandHealth } from '#cli/command-health.ts'
import { print } from '#node/output.ts'
import { addSettingsCommand } from '#cli/settings-command.ts'
import { stopSignal, unlessStopped, untilAborted } from '#cli/stop-signal.ts'
import { makeDataDir } from '#node/make-data-dir.ts'
import { type HardforkName, hardforkNames } from '#protocol/chains/hardforks.ts'
import { fromHex, toAddress } from '#protocol/codec/hex.ts'
import type { Address } from '#protocol/primitives.ts'
import { systemClock } from '#runtime/clock.ts'
import { Fault } from '#runtime/fault.ts'
import { readJwtSecret } from '#json-rpc/jwt.ts'
import { createLog } from '#runtime/log.ts'
import { unlessAborted } from '#runtime/unless-aborted.ts'

type ClientSettings = z.output<typeof executionClientSettings>

/** Adds `atoll execution-client` and `atoll genesis`. */
export function addExecutionClientCommands(program: Command): void {
  addSettingsCommand(program, {
    name: 'execution-client',
    summary: 'run the embedded execution client (development only)',
    description:
      'Runs the embedded execution client of an L2: Engine API, JSON-RPC, WebSocket, transaction pool. It is for development, tests and offline verification; production runs op-reth or op-geth.',
    schema: executionClientSettings,
    run: runExecutionClient,
  })
  addSettingsCommand(program, {
    name: 'genesis',
    summary: 'create the genesis of a new L2 for development',
    description:
      "Creates the genesis of a new L2 for development, in geth's form: the predeploys in their state after all upgrades, and funded accounts, whose keys are derived from the mnemonic.",
    schema: genesisSettings,
    run: writeGenesis,
  })
}

async function runExecutionClient(settings: ClientSettings): Promise<void> {
  // The EVM interpreter is slow to load, so it is loaded only where it is used.
  await import('#execution-client/execution-client.ts')
  const signal = stopSignal()
  const opened = await unlessStopped(unlessAborted(openClient(settings), signal), signal)
  if (opened === undefined) return
  const { client, log } = opened
  try {
    const health = await serveCommandHealth(settings)
    await untilAborted(signal)
    await health.close()
  } finally {
    await client.close()
  }
  log.info('stopped')
}

async function openClient(settings: ClientSettings) {
  const { startExecutionClient } = await import('#execution-client/execution-client.ts')
  const { readGenesis } = await import('#execution-client/genesis/read-genesis.ts')
  const { dataDir, host, logFormat, logLevel, cors } = settings
  const genesis = await readGenesis(settings.genesis)
  const { opGeth } = settings
  const config = { ...genesis.config, hasOsakaAtKarst: !opGeth, hasUsersAtForks: opGeth }
  if (dataDir !== undefined) await makeDataDir(dataDir)
  const fields = { service: 'execution-client', chainId: String(config.chainId) }
  const log = createLog({ logFormat, logLevel, fields })
  const client = await startExecutionClient({
    genesis: { ...genesis, config },
    databaseFile: dataDir === undefined ? ':memory:' : join(dataDir, 'chain.sqlite'),
    archive: settings.archive,
    engine: {
      host,
      port: settings.enginePort,
      jwtSecret: await readJwtSecret(settings.jwtSecretFile),
    },
    rpc: {
      host,
      port: settings.rpcPort,
      cors: cors?.includes('*') === true ? '*' : cors,
      allowedHosts: settings.rpcHosts.includes('*') ? '*' : settings.rpcHosts,
    },
    clock: systemClock,
    log,
  })
  return { client, log }
}

async function writeGenesis(settings: z.output<typeof genesisSettings>): Promise<void> {
  const { makeGenesis } = await import('#execution-client/genesis/make-genesis.ts')
  const timestamp = BigInt(settings.timestamp ?? Math.floor(Date.now() / 1_000))
  const balance = BigInt(settings.ether) * 10n ** 18n
  const accounts = [
    ...(await mnemonicAccounts(settings.mnemonic, settings.accounts)),
    ...(settings.fund ?? []).map((text) => toAddress(fromHex(text))),
  ]
  const genesis = await makeGenesis({
    chainId: settings.chainId,
    timestamp,
    hardforkTimes: hardforkTimesOf(settings, timestamp),
    gasLimit: BigInt(settings.gasLimit),
    balances: new Map(accounts.map((account) => [account, balance])),
  })
  const text = JSON.stringify(genesis)
  if (settings.out === undefined) print(text)
  else await writeNew(settings.out, `${text}\n`)
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' })
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause
    const detail = `${path} already exists, and chains may use it as their genesis: remove it, or give another --out`
    throw new Fault('settings', { detail, cause })
  }
}

function hardforkTimesOf(
  { fork, laterForks }: z.output<typeof genesisSettings>,
  timestamp: bigint,
): Partial<Record<HardforkName, bigint>> {
  const active = hardforkNames.slice(0, hardforkNames.indexOf(fork) + 1)
  const times: Partial<Record<HardforkName, bigint>> = {}
  for (const name of active) times[name] = timestamp
  for (const text of laterForks ?? []) {
    const [word = '', seconds = ''] = text.split('=')
    const name = hardforkNames.find((known) => known === word)
    if (name === undefined || times[name] !== undefined) {
      const later = hardforkNames.slice(active.length).join(', ')
      const want = `want FORK=SECONDS, where FORK is one of ${later}, and each fork is given once`
      throw wrongForks(later === '' ? `no fork is later than ${fork}` : `${text}: ${want}`)
    }
    times[name] = timestamp + BigInt(seconds)
  }
  const named = hardforkNames.filter((name) => times[name] !== undefined)
  for (const [at, name] of named.entries()) {
    const next = named[at + 1]
    if (next === undefined || (times[name] ?? 0n) <= (times[next] ?? 0n)) continue
    throw wrongForks(`${name} must not activate after ${next}`)
  }
  return times
}

function wrongForks(problem: string): Fault {
  const detail = `--later-forks: ${problem}`
  return new Fault('settings', { detail })
}

async function mnemonicAccounts(mnemonic: string, count: number): Promise<readonly Address[]> {
  const { mnemonicToAccount } = await import('viem/accounts')
  return Array.from({ length: count }, (_, addressIndex) => {
    return toAddress(fromHex(mnemonicToAccount(mnemonic, { addressIndex }).address))
  })
}
