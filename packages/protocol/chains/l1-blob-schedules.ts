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

/** Known L1 forks of a schedule, oldest first. */
const scheduledForks = [
  'cancun',
  'prague',
  'osaka',
  'bpo1',
  'bpo2',
  'bpo3',
  'bpo4',
  'bpo5',
] as const

/**
 * Parses the schedule of an L1 from its chain config in geth's form: `cancunTime`, …, and `blobSchedule`.
 *
 * @param json the chain config, or a genesis with the chain config in `config`
 * @throws DecodeError that names the malformed field
 */
export function parseL1BlobSchedule(json: unknown): readonly BlobFork[] {
  const outer = objectOf(json, 'the L1 chain config')
  const config = outer['config'] === undefined ? outer : objectOf(outer['config'], 'config')
  const schedule = objectOf(config['blobSchedule'] ?? {}, 'blobSchedule')
  const forks: BlobFork[] = []
  for (const name of scheduledForks) {
    const time = config[`${name}Time`]
    if (time === undefined || time === null) continue
    const entry = schedule[name]
    // A fork after Prague without an entry, such as Osaka, keeps the fraction of the fork before.
    if (entry === undefined && name !== 'cancun' && name !== 'prague') continue
    const fraction =
      entry === undefined
        ? fractions[name === 'cancun' ? 'cancun' : 'prague']
        : integerOf(
            objectOf(entry, `blobSchedule.${name}`)['baseFeeUpdateFraction'],
            `blobSchedule.${name}.baseFeeUpdateFraction`,
          )
    if (fraction === 0n)
      throw new DecodeError(`blobSchedule.${name}.baseFeeUpdateFraction: must not be 0`)
    forks.push({ timestamp: integerOf(time, `${name}Time`), baseFeeUpdateFraction: fraction })
  }
  return forks
}

function objectOf(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw new DecodeError(`${name} is not an object`)
}

function integerOf(value: unknown, name: string): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value)
  throw new DecodeError(`${name} is not a whole number`)
}
