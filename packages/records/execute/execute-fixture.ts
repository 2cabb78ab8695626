import * as z from 'zod'
import { hashHeader, type Header } from '#protocol/block/header.ts'
import { type HardforkName, hardforkNames } from '#protocol/chains/hardforks.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { decodeRlpList, rlpBytes } from '#protocol/codec/rlp.ts'
import { fromHex, toHash } from '#protocol/codec/hex.ts'
import type { Hash } from '#protocol/primitives.ts'
import { MemoryStore } from '#execution-client/state/memory-store.ts'
import { executeBlock } from '#execution-client/transition/execute-block.ts'
import type { ExecutionConfig } from '#execution-client/transition/execution-config.ts'
import { Interpreters } from '#execution-client/transition/interpreter.ts'
import { Trie } from '#execution-client/trie/trie.ts'
import { parseFile, readJsonFile } from '#runtime/json-file.ts'
import { hashJson, hexJson } from '#json-rpc/forms/fields.ts'
import { attributesJson, toAttributes } from '#json-rpc/forms/attributes-json.ts'
import { parseJson } from '#json-rpc/forms/parse-json.ts'
import { headerJson } from '#json-rpc/forms/header-json.ts'

/** Result of executing one recorded block. */
export interface FixtureResult {
  readonly number: bigint
  readonly expected: Hash
  readonly hash: Hash
  readonly matches: boolean
  readonly gasUsed: bigint
  /** Seconds of execution only. */
  readonly seconds: number
}

const time = z.int().nonnegative().nullish()
const times = Object.fromEntries(hardforkNames.map((name) => [`${name}_time`, time]))

const fixtureJson = z.looseObject({
  rollupConfig: z.looseObject({
    l2_chain_id: z.int().positive(),
    chain_op_config: z.looseObject({
      eip1559Elasticity: z.int().positive(),
      eip1559Denominator: z.int().positive(),
      eip1559DenominatorCanyon: z.int().positive(),
    }),
    ...times,
  }),
  parentHeader: headerJson,
  attributes: attributesJson,
  expectedBlockHash: hashJson,
  /** All data that the block reads: trie nodes, codes and headers of ancestors. Items are looked up by hash. */
  preimages: z.array(hexJson),
})

/**
 * Executes one recorded block on its witness, the recorded data that the block reads.
 *
 * @throws Fault `invalid-file` that names the file, if it is not a fixture
 */
export async function executeFixture(path: string): Promise<FixtureResult> {
  const json = await readJsonFile(path)
  const fixture = parseFile(path, () => parseJson(fixtureJson, json))
  const preimages = fixture.preimages.map((bytes) => [keccak256(bytes), bytes] as const)
  const source = new MemoryStore()
  source.put({ nodes: preimages, codes: preimages })
  const header: Header = fixture.parentHeader
  const hash = hashHeader(header)
  const config = configOf(fixture.rollupConfig)
  const trie = new Trie(source, fromHex(header.stateRoot))
  const ancestorHash = (_child: unknown, number: bigint) =>
    walkBack(source, { hash, header }, number)
  const executor = { config, interpreters: new Interpreters(config), source, ancestorHash }
  const attributes = toAttributes(fixture.attributes)
  const startedMs = performance.now()
  const block = await executeBlock(executor, { hash, header, trie }, attributes)
  return {
    number: block.header.number,
    expected: fixture.expectedBlockHash,
    hash: block.hash,
    matches: block.hash === fixture.expectedBlockHash,
    gasUsed: block.header.gasUsed,
    seconds: (performance.now() - startedMs) / 1_000,
  }
}

function configOf(rollup: z.output<typeof fixtureJson>['rollupConfig']): ExecutionConfig {
  const { eip1559Elasticity, eip1559Denominator, eip1559DenominatorCanyon } = rollup.chain_op_config
  const hardforkTimes: Partial<Record<HardforkName, bigint>> = {}
  for (const name of hardforkNames) {
    const at: unknown = rollup[`${name}_time`]
    if (typeof at === 'number') hardforkTimes[name] = BigInt(at)
  }
  return {
    chainId: BigInt(rollup.l2_chain_id),
    hardforkTimes,
    eip1559: {
      elasticity: BigInt(eip1559Elasticity),
      denominator: BigInt(eip1559Denominator),
      denominatorCanyon: BigInt(eip1559DenominatorCanyon),
    },
    hasOsakaAtKarst: true,
    hasUsersAtForks: false,
  }
}

/** The hash of an ancestor, found by following parent hashes. */
function walkBack(
  source: MemoryStore,
  from: { readonly hash: Hash; readonly header: Header },
  number: bigint,
): Hash {
  if (number === from.header.number) return from.hash
  let parent = from.header.parentHash
  for (let at = from.header.number - 1n; at > number; at--)
    parent = toHash(rlpBytes(decodeRlpList(source.node(fromHex(parent)))[0]))
  return parent
}
