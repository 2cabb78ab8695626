import { DecodeError } from '#protocol/codec/decode-error.ts'
import type { BlobFork } from './rollup-config.ts'

/** Update fractions of the blob base fee, by the L1 fork that set them. Spec: EIP-4844, EIP-7691, EIP-7892 */
const fractions = {
  cancun: 3_338_477n,
  prague: 5_007_716n,
  bpo1: 8_346_193n,
  bpo2: 11_684_671n,
} as const

/** Fork times of public L1 chains, by chain id. Osaka is omitted, since it does not change the fraction. */
const forkTimes: Readonly<Record<string, Readonly<Record<keyof typeof fractions, bigint>>>> = {
  // Mainnet
  1: { cancun: 1_710_338_135n, prague: 1_746_612_311n, bpo1: 1_765_290_071n, bpo2: 1_767_747_671n },
  // Holesky
  17000: {
    cancun: 1_707_305_664n,
    prague: 1_740_434_112n,
    bpo1: 1_759_800_000n,
    bpo2: 1_760_389_824n,
  },
  // Hoodi
  560048: { cancun: 0n, prague: 1_742_999_832n, bpo1: 1_762_365_720n, bpo2: 1_762_955_544n },
  // Sepolia
  11155111: {
    cancun: 1_706_655_072n,
    prague: 1_741_159_776n,
    bpo1: 1_761_017_184n,
    bpo2: 1_761_607_008n,
  },
}

/** The blob schedule of a public L1, oldest first; undefined for an unknown L1. */
export function l1BlobSchedule(l1ChainId: bigint): readonly BlobFork[] | undefined {
  const times = forkTimes[String(l1ChainId)]
  if (times === undefined) return undefined
  return (['cancun', 'prague', 'bpo1', 'bpo2'] as const).map((name) => ({
    timestamp: times[name],
    baseFeeUpdateFraction: fractions[name],
  }))
}

/** Target and maximum of blobs in a block, by fork. Spec: EIP-4844, EIP-7691, EIP-7892 */
const blobCounts = {
  cancun: { target: 3, max: 6 },
  prague: { target: 6, max: 9 },
  bpo1: { target: 10, max: 15 },
  bpo2: { target: 14, max: 21 },
} as const

/** The blob schedule of a public L1 in geth's form, as `parseL1BlobSchedule` reads it; undefined for an unknown L1. */
export function l1ChainConfigJson(
  l1ChainId: bigint,
): Readonly<Record<string, unknown>> | undefined {
  const times = forkTimes[String(l1ChainId)]
  if (times === undefined) return undefined
  const names = ['cancun', 'prague', 'bpo1', 'bpo2'] as const
  return {
    chainId: Number(l1ChainId),
    ...Object.fromEntries(names.map((name) => [`${name}Time`, Number(times[name])])),
    blobSchedule: Object.fromEntries(
      names.map((name) => [
        name,
        { ...blobCounts[name], baseFeeUpdateFraction: Number(fractions[name]) },
      ]),
    ),
  }
}

/**
 * Update fractions of forks that have no entry in `blobSchedule`. A fork that is not listed here keeps the fraction of
 * the fork before.
 */
const defaultFractions: Readonly<Record<string, bigint>> = {
  cancun: fractions.cancun,
  prague: fractions.prague,
}

/**
 * The forks that geth reads from `blobSchedule`. For each, geth reads the time from the field `<fork>Time`. If several
 * forks have the same time, the last of them in this list applies.
 */
const gethForks: readonly string[] = [
  'cancun',
  'prague',
  'osaka',
  'bpo1',
  'bpo2',
  'bpo3',
  'bpo4',
  'bpo5',
  'amsterdam',
]

/**
 * Parses the schedule of an L1 from its chain config in geth's form: `cancunTime`, …, and `blobSchedule`. An entry may
 * belong to any fork, even to a fork that this version does not know.
 *
 * @param json the chain config, or a genesis with the chain config in `config`
 * @returns oldest first
 * @throws DecodeError that names the field, if a field is malformed. Also for a fork that geth does not know, if it has
 * no time, or the same time as another fork
 */
export function parseL1BlobSchedule(json: unknown): readonly BlobFork[] {
  const config = chainConfigOf(json)
  const schedule = objectOf(config['blobSchedule'] ?? {}, 'blobSchedule')
  const others = Object.keys(schedule).filter((name) => !gethForks.includes(name))
  const forks: BlobFork[] = []
  for (const name of [...gethForks, ...others]) {
    const time = config[`${name}Time`]
    const isScheduled = time !== undefined && time !== null
    const entry = schedule[name]
    if (entry === undefined) {
      const fraction = defaultFractions[name]
      if (isScheduled && fraction !== undefined)
        forks.push({ timestamp: integerOf(time, `${name}Time`), baseFeeUpdateFraction: fraction })
      continue
    }
    if (!isScheduled) {
      // As in geth, a fork that geth knows is not planned if it has no time; see `unplannedL1Forks`. Any other fork may
      // have its time in a field of another name, so it must not be ignored.
      if (gethForks.includes(name)) continue
      throw new DecodeError(`blobSchedule.${name}: ${name}Time is missing`)
    }
    const path = `blobSchedule.${name}.baseFeeUpdateFraction`
    const { baseFeeUpdateFraction } = objectOf(entry, `blobSchedule.${name}`)
    const fraction = integerOf(baseFeeUpdateFraction, path)
    if (fraction === 0n) throw new DecodeError(`${path}: must not be 0`)
    const timestamp = integerOf(time, `${name}Time`)
    // The order of geth decides between two of geth's forks at the same time. No order is known for other forks.
    if (others.includes(name) && forks.some((fork) => fork.timestamp === timestamp))
      throw new DecodeError(
        `${name}Time: another fork has the same time, so it is not known which of the two applies`,
      )
    forks.push({ timestamp, baseFeeUpdateFraction: fraction })
  }
  if (forks.length === 0 && config['chainId'] === undefined)
    throw new DecodeError('not a chain config of L1: it has neither chainId nor cancunTime')
  return forks.toSorted((a, b) =>
    a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0,
  )
}

/**
 * The forks that geth knows and that have an entry in `blobSchedule`, but no time in the chain config, not even null.
 * geth accepts this config and treats these forks as not planned. But the author of the config may also have forgotten
 * their times.
 *
 * @param json an L1 chain config, as for `parseL1BlobSchedule`
 */
export function unplannedL1Forks(json: unknown): readonly string[] {
  const config = chainConfigOf(json)
  const schedule = objectOf(config['blobSchedule'] ?? {}, 'blobSchedule')
  const hasTime = (name: string) => config[`${name}Time`] !== undefined
  return gethForks.filter((name) => Object.hasOwn(schedule, name) && !hasTime(name))
}

/**
 * Reads the chain id of an L1 chain config in geth's form, or of a genesis that contains such a config. Returns
 * undefined if there is no chain id.
 *
 * @throws DecodeError if the field is malformed
 */
export function parseL1ChainId(json: unknown): bigint | undefined {
  const { chainId } = chainConfigOf(json)
  return chainId === undefined ? undefined : integerOf(chainId, 'chainId')
}

function chainConfigOf(json: unknown): Readonly<Record<string, unknown>> {
  const outer = objectOf(json, 'the L1 chain config')
  return outer['config'] === undefined ? outer : objectOf(outer['config'], 'config')
}

function objectOf(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw new DecodeError(`${name} is not an object`)
}

function integerOf(value: unknown, name: string): bigint {
  // Times of forks that are not planned may be 2^64 - 1, which a double only approximates.
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return BigInt(value)
  throw new DecodeError(`${name} is not a whole number`)
}
