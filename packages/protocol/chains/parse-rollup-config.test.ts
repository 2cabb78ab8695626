import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { withForkOverrides } from './fork-overrides.ts'
import { maxDependencies, parseDependencySet } from './dependency-set.ts'
import {
  l1BlobSchedule,
  l1ChainConfigJson,
  parseL1BlobSchedule,
  unplannedL1Forks,
  parseL1ChainId,
} from './l1-blob-schedules.ts'
import {
  parseRollupConfig,
  RollupConfigError,
  type RollupConfigSources,
} from './parse-rollup-config.ts'
import { networkConfig, networkJson, networkNames } from './registry/networks.ts'
import networks from './registry/networks.json' with { type: 'json' }

const runs = { numRuns: Number(process.env['ATOLL_FUZZ_RUNS'] ?? 100) }

/** OP Mainnet's config with changes; a field set to undefined is removed. */
const base = (changes: Record<string, unknown> = {}) => ({ ...networks['op-mainnet'], ...changes })

function problemsOf(json: unknown, sources?: RollupConfigSources): readonly string[] {
  try {
    parseRollupConfig(json, sources)
    return []
  } catch (error) {
    if (error instanceof RollupConfigError) return error.problems
    throw error
  }
}

test('every network of the registry has a valid config, except the network with alternative data availability', () => {
  assert.equal(networkNames.length, 23)
  const refused = networkNames.filter(
    (name) => problemsOf(networks[name as 'op-mainnet']).length > 0,
  )
  assert.deepEqual(refused, ['redstone-mainnet'])
  assert.throws(() => networkConfig('redstone-mainnet'), /alt_da: .* not supported/)
})

test('the config of OP Mainnet has every field', () => {
  const config = networkConfig('op-mainnet')
  const { hardforkTimes, l1BlobSchedule, ...rest } = config
  assert.deepEqual(rest, {
    genesis: {
      l1: {
        hash: '0x438335a20d98863a4c0c97999eb2481921ccd28553eac6f913af7c12aec04108',
        number: 17_422_590n,
      },
      l2: {
        hash: '0xdbf6a80fef073de06add9b0d14026d6e5a86c85f6d102c36d3d8e9cf89c2afd3',
        number: 105_235_063n,
      },
      l2Timestamp: 1_686_068_903n,
      systemConfig: {
        batcherAddress: '0x6887246668a3b87f54deb3b94ba47a6f63f32985',
        overhead: `0x${'bc'.padStart(64, '0')}`,
        scalar: `0x${'0a6fe0'.padStart(64, '0')}`,
        gasLimit: 30_000_000n,
        eip1559Params: '0x0000000000000000',
        operatorFeeParams: `0x${'0'.repeat(64)}`,
        minBaseFee: 0n,
        daFootprintGasScalar: 0,
      },
    },
    blockTime: 2n,
    maxSequencerDrift: 600n,
    sequencingWindow: 3_600n,
    channelTimeout: 300n,
    l1ChainId: 1n,
    l2ChainId: 10n,
    batchInboxAddress: '0xff00000000000000000000000000000000000010',
    depositContractAddress: '0xbeb5fc579115071764c7423a4f12edde41f106ed',
    l1SystemConfigAddress: '0x229047fed2591dbec1ef1118d64f7af3db9eb290',
    eip1559: { elasticity: 6n, denominator: 50n, denominatorCanyon: 250n },
    keepsKarstUpgradeGas: true,
    hasInteropPeers: false,
    pectraBlobScheduleTime: undefined,
  })
  assert.equal(hardforkTimes.regolith, 0n)
  assert.equal(hardforkTimes.karst, 1_783_526_401n)
  assert.deepEqual(l1BlobSchedule.at(-1), {
    timestamp: 1_767_747_671n,
    baseFeeUpdateFraction: 11_684_671n,
  })
  assert.equal(networkConfig('op-sepolia').pectraBlobScheduleTime, 1_742_486_400n)
})

test('an unknown name is reported with similar names', () => {
  assert.throws(() => networkConfig('op-goerli'), /similar names: op-mainnet, op-sepolia$/)
  assert.throws(() => networkConfig('nowhere'), /known names: base-mainnet, .*zora-sepolia$/)
  assert.throws(() => networkConfig('constructor'), RollupConfigError)
})

for (const [name, changes, want] of [
  ['a field is missing', { block_time: undefined }, 'block_time: missing'],
  ['a field is null', { block_time: null }, 'block_time: missing'],
  ['a number is a string', { block_time: '2' }, 'block_time: "2" is not a whole number'],
  ['a number is negative', { block_time: -2 }, 'block_time: -2 is not a whole number'],
  ['a number is zero', { block_time: 0 }, 'block_time: must not be 0'],
  ['the window is short', { seq_window_size: 1 }, 'seq_window_size: must be at least 2'],
  ['an address is short', { batch_inbox_address: '0x00' }, 'batch_inbox_address: "0x00" is not 20'],
  ['a part is not an object', { chain_op_config: 7 }, 'chain_op_config: not an object'],
  ['a fork is not known', { monsoon_time: 1 }, 'monsoon_time: not known to this version'],
  ['data are not on L1', { alt_da: {} }, 'alt_da: chains with alternative data'],
  ['a fork is out of order', { karst_time: 1 }, 'karst_time: 1 is before jovian_time'],
  ['a fork is missing', { fjord_time: undefined }, 'granite_time: set, but fjord_time is not'],
  ['the chain is its own L1', { l2_chain_id: 1 }, 'l2_chain_id: equals l1_chain_id'],
  ['only the old name of Lagoon is set', { interop_time: 9 }, 'interop_time: 9 differs'],
  [
    'Lagoon has no dependency set',
    { lagoon_time: 2e9 },
    'lagoon_time: 2000000000 is set, but no dependency',
  ],
  ['L1 is not known', { l1_chain_id: 5 }, 'l1_chain_id: the blob schedule of L1 5 is not known'],
  ['a number is 2^53', { block_time: 2 ** 53 }, 'block_time: 9007199254740992 is above'],
] as const)
  // Rules: config-valid
  test(`refused: ${name}`, () => {
    const [first = 'no problem'] = problemsOf(base(changes))
    assert.ok(first.startsWith(want), first)
  })

test('all problems are reported together, each with its path', () => {
  const problems = problemsOf({ genesis: { l1: { hash: 1 }, l2: {}, system_config: {} } })
  assert.ok(problems.length > 15)
  assert.ok(problems.some((problem) => problem.startsWith('genesis.l1.hash: 1 is not 32 bytes')))
  assert.ok(problems.includes('genesis.system_config.gasLimit: missing'))
})

test('obsolete fields are ignored', () => {
  assert.deepEqual(problemsOf(base({ protocol_versions_address: '0x00', plasma_config: null })), [])
})

test('if the dependency set has other chains, the chain has interop peers; the set must contain the chain itself', () => {
  const json = withForkOverrides(base(), { lagoon: 2_000_000_000n })
  const parse = (dependencySet: readonly bigint[]) => parseRollupConfig(json, { dependencySet })
  assert.equal(parse([10n]).hasInteropPeers, false)
  assert.equal(parse([10n, 130n]).hasInteropPeers, true)
  assert.throws(() => parse([130n]), /does not contain 10 itself/)
  assert.equal(parse([10n]).hardforkTimes.lagoon, 2_000_000_000n)
})

// Rules: config-valid
test('Karst and Lagoon must not activate in one block, except at genesis', () => {
  const sources = { dependencySet: [10n] }
  const karst = networks['op-mainnet'].karst_time
  const at = (lagoon: number) => problemsOf(base({ lagoon_time: lagoon }), sources)
  // The timestamps of blocks are odd, and so is the time of Karst.
  assert.deepEqual(at(karst), ['lagoon_time: Karst and Lagoon begin in the same block'])
  assert.deepEqual(at(karst + 1), [])
  const times = Object.fromEntries(
    'regolith canyon delta ecotone fjord granite holocene isthmus jovian karst lagoon'
      .split(' ')
      .map((fork) => [`${fork}_time`, 0]),
  )
  assert.deepEqual(problemsOf(base(times), sources), [])
})

test('overrides replace fields of the config', () => {
  const config = networkConfig('base-sepolia', {
    overrides: { karst: 1_800_000_000n, pectrablobschedule: 7n, 'keep-karst-upgrade-gas': true },
  })
  assert.equal(config.hardforkTimes.karst, 1_800_000_000n)
  assert.equal(config.pectraBlobScheduleTime, 7n)
  assert.equal(config.keepsKarstUpgradeGas, true)
})

test('a dependency set parses to the ids of its chains', () => {
  assert.deepEqual(parseDependencySet({ dependencies: { 10: {}, 130: {} } }), [10n, 130n])
  for (const wrong of [undefined, {}, { dependencies: [] }, { dependencies: { '0xa': {} } }])
    assert.throws(() => parseDependencySet(wrong), { name: 'DecodeError' })
  const chains = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, id) => [id, {}]))
  assert.equal(parseDependencySet({ dependencies: chains(1_000) }).length, 1_000)
  assert.throws(() => parseDependencySet({ dependencies: chains(1_001) }), { name: 'DecodeError' })
})

// Rules: limit-dependencies
test('a dependency set may have a thousand chains, and not one more', () => {
  const setOf = (count: number) => ({
    dependencies: Object.fromEntries(Array.from({ length: count }, (_, id) => [id + 1, {}])),
  })
  assert.equal(parseDependencySet(setOf(maxDependencies)).length, maxDependencies)
  assert.throws(() => parseDependencySet(setOf(maxDependencies + 1)), { name: 'DecodeError' })
})

test('the blob schedule of a private L1 is read from its genesis', () => {
  const config = {
    cancunTime: 1,
    pragueTime: 2,
    osakaTime: 3,
    bpo1Time: 4,
    blobSchedule: {
      cancun: { target: 3, max: 6, baseFeeUpdateFraction: 11 },
      bpo1: { target: 9, max: 12, baseFeeUpdateFraction: 44 },
    },
  }
  assert.deepEqual(
    parseL1BlobSchedule({ config }).map(({ timestamp, baseFeeUpdateFraction }) => [
      timestamp,
      baseFeeUpdateFraction,
    ]),
    [
      [1n, 11n],
      [2n, 5_007_716n],
      [4n, 44n],
    ],
  )
  assert.throws(() => parseL1BlobSchedule(7), DecodeError)
})

// Rules: config-valid
test('a chain config of another L1, and JSON that is no chain config of an L1, are refused', () => {
  const l1 = l1ChainConfigJson(1n)
  assert.equal(parseL1ChainId(l1), 1n)
  assert.equal(parseL1ChainId({ config: l1 }), 1n)
  assert.throws(() => parseL1ChainId({ chainId: 'one' }), DecodeError)
  assert.deepEqual(problemsOf(base(), { l1ChainId: 1n }), [])
  assert.deepEqual(problemsOf(base(), { l1ChainId: 900n }), [
    'l1_chain_id: 1, but the L1 chain config has 900',
  ])
  assert.deepEqual(problemsOf(base(), { l1BlobSchedule: parseL1BlobSchedule({ chainId: 1 }) }), [
    'l1_chain_id: the blob schedule of L1 1 is not known: its chain config has no cancunTime',
  ])
  for (const json of [{}, base(), { config: {} }])
    assert.throws(() => parseL1BlobSchedule(json), /not a chain config of L1/)
})

test('the blob schedule has all forks with an entry, even unknown ones, in the order of time', () => {
  const entry = (baseFeeUpdateFraction: number) => ({ target: 3, max: 6, baseFeeUpdateFraction })
  const config = {
    cancunTime: 1,
    pragueTime: 2,
    bpo9Time: 9,
    amsterdamTime: 7,
    bpo3Time: 8,
    someDayTime: 2 ** 64,
    blobSchedule: { bpo9: entry(99), amsterdam: entry(77), bpo3: entry(88), someDay: entry(1) },
  }
  assert.deepEqual(
    parseL1BlobSchedule(config).map(({ timestamp, baseFeeUpdateFraction }) => {
      return [timestamp, baseFeeUpdateFraction]
    }),
    [
      [1n, 3_338_477n],
      [2n, 5_007_716n],
      [7n, 77n],
      [8n, 88n],
      [9n, 99n],
      [2n ** 64n, 1n],
    ],
  )
})

test('of several forks with the same time, the last one in the list of geth applies, whatever the order of the entries', () => {
  const entries = { bpo1: 11, bpo2: 22, cancun: 1, osaka: 3, prague: 2 }
  const blobSchedule = Object.fromEntries(
    Object.entries(entries).map(([name, fraction]) => [name, { baseFeeUpdateFraction: fraction }]),
  )
  const times = Object.fromEntries(Object.keys(entries).map((name) => [`${name}Time`, 0]))
  const fractions = parseL1BlobSchedule({ ...times, blobSchedule })
  assert.deepEqual(
    fractions.map(({ baseFeeUpdateFraction }) => baseFeeUpdateFraction),
    [1n, 2n, 3n, 11n, 22n],
  )
  const unknown = { ...blobSchedule, someDay: { baseFeeUpdateFraction: 9 } }
  assert.throws(
    () => parseL1BlobSchedule({ ...times, someDayTime: 0, blobSchedule: unknown }),
    /someDayTime: another fork has the same time/,
  )
})

test('an entry without a time belongs to a fork that is not planned, if geth knows the fork', () => {
  const blobSchedule = { osaka: { baseFeeUpdateFraction: 5 }, bpo5: { baseFeeUpdateFraction: 6 } }
  const times = parseL1BlobSchedule({ cancunTime: 1, blobSchedule })
  assert.deepEqual(
    times.map(({ timestamp }) => timestamp),
    [1n],
  )
  const config = { cancunTime: 1, osakaTime: null, blobSchedule }
  assert.deepEqual(unplannedL1Forks({ config }), ['bpo5'])
  assert.deepEqual(unplannedL1Forks({ blobSchedule }), ['osaka', 'bpo5'])
  assert.deepEqual(unplannedL1Forks({ config: { ...config, bpo5Time: 3 } }), [])
  assert.deepEqual(unplannedL1Forks(l1ChainConfigJson(1n)), [])
})

test('an entry without a time is an error that names the missing field, if geth does not know the fork', () => {
  for (const time of [undefined, null]) {
    const config = {
      cancunTime: 1,
      bpo9Time: time,
      blobSchedule: { bpo9: { baseFeeUpdateFraction: 5 } },
    }
    assert.throws(() => parseL1BlobSchedule(config), /blobSchedule\.bpo9: bpo9Time is missing/)
  }
})

test('any JSON parses to a config or raises a RollupConfigError', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(base())), (value, key) => {
      problemsOf(value)
      problemsOf(base({ [key]: value }))
    }),
    runs,
  )
})

test('a network written to files parses to the same network', () => {
  for (const name of networkNames.filter((known) => known !== 'redstone-mainnet')) {
    const config = networkConfig(name)
    const json = l1ChainConfigJson(config.l1ChainId)
    assert.deepEqual(parseL1BlobSchedule(json), l1BlobSchedule(config.l1ChainId))
    const sources = { l1BlobSchedule: parseL1BlobSchedule(json) }
    assert.deepEqual(parseRollupConfig(networkJson(name), sources), config)
  }
  assert.equal(l1ChainConfigJson(900n), undefined)
})
