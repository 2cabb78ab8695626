import { hardforkNames } from '#protocol/chains/hardforks.ts'
import { Fault } from '#runtime/fault.ts'
import type { ExecutionConfig } from '#execution-client/transition/execution-config.ts'
import { bytesIn, type SqliteFile } from '#runtime/sqlite.ts'

type Flat = Readonly<Record<string, string>>

/**
 * Checks a config against the config with which the stored blocks were executed, and then stores it. The check is
 * needed, since the genesis hash does not cover the config. Forks after the head may change.
 *
 * @param headTimestamp Unix seconds
 * @throws Fault `config-mismatch` that names the difference
 */
export function keepConfig(
  database: SqliteFile,
  config: ExecutionConfig,
  headTimestamp: bigint,
): void {
  const row = database.get('SELECT json FROM config')
  const given = flatten(config, headTimestamp)
  if (row !== undefined) {
    const stored = JSON.parse(Buffer.from(bytesIn(row, 'json')).toString()) as ReturnType<
      typeof whole
    >
    checkSame(flatten(revive(stored), headTimestamp), { given, path: database.path })
  }
  const json = Buffer.from(JSON.stringify(whole(config)))
  database.run('INSERT OR REPLACE INTO config (id, json) VALUES (1, ?)', json)
}

function checkSame(
  stored: Flat,
  { given, path }: { readonly given: Flat; readonly path: string },
): void {
  for (const [name, value] of Object.entries(stored)) {
    if (given[name] === value) continue
    const detail = `the setting ${name} is ${given[name]}, but the blocks in ${path} were executed with ${value}: give the genesis and flags that the database was created with, or another folder`
    throw new Fault('config-mismatch', { detail })
  }
}

/** The values of a config that apply to blocks up to a timestamp. */
function flatten({ chainId, eip1559, ...config }: ExecutionConfig, until: bigint): Flat {
  const flat: Record<string, string> = { chainId: String(chainId) }
  for (const [name, value] of Object.entries(eip1559)) flat[`eip1559 ${name}`] = String(value)
  const times = config.hardforkTimes
  for (const name of hardforkNames) {
    const time = times[name]
    flat[`${name}Time`] = time === undefined || time > until ? 'later' : String(time)
  }
  const { hasOsakaAtKarst, hasUsersAtForks } = config
  if (flat['karstTime'] !== 'later' || flat['lagoonTime'] !== 'later') {
    flat['Osaka at Karst'] = String(hasOsakaAtKarst)
    flat['user transactions in activation blocks'] = String(hasUsersAtForks)
  }
  return flat
}

/** The whole config in JSON form. */
function whole({ chainId, eip1559, hardforkTimes, ...flags }: ExecutionConfig) {
  const text = (values: Readonly<Record<string, bigint | undefined>>) =>
    Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, String(value)] as const],
      ),
    )
  return {
    chainId: String(chainId),
    eip1559: text({ ...eip1559 }),
    hardforkTimes: text(hardforkTimes),
    ...flags,
  }
}

function revive(json: ReturnType<typeof whole>): ExecutionConfig {
  const { elasticity = '0', denominator = '0', denominatorCanyon = '0' } = json.eip1559
  return {
    ...json,
    chainId: BigInt(json.chainId),
    eip1559: {
      elasticity: BigInt(elasticity),
      denominator: BigInt(denominator),
      denominatorCanyon: BigInt(denominatorCanyon),
    },
    hardforkTimes: Object.fromEntries(
      Object.entries(json.hardforkTimes).map(([name, time]) => [name, BigInt(time)]),
    ),
  }
}
