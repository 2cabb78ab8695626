import * as z from 'zod'
import type { Hash } from '#protocol/primitives.ts'
import { toHex } from '#protocol/codec/hex.ts'
import { Fault } from '#runtime/fault.ts'
import { makeGenesisBlock } from '#execution-client/genesis/genesis.ts'
import { MemoryStore } from '#execution-client/state/memory-store.ts'
import { executeBlock, type ExecutedBlock } from '#execution-client/transition/execute-block.ts'
import { Interpreters } from '#execution-client/transition/interpreter.ts'
import { InvalidBlock, InvalidTransaction } from '#execution-client/transition/invalid.ts'
import { findFile, readParsed, requireFile } from '#records/folder/read-lines.ts'
import { readGenesis } from '#execution-client/genesis/read-genesis.ts'
import { attributesJson, toAttributes } from '#json-rpc/forms/attributes-json.ts'
import { hashJson, quantityJson } from '#json-rpc/forms/fields.ts'

/** Result of executing a chain. */
export interface ChainResult {
  readonly blocks: number
  readonly txs: number
  /** Number of blocks with the recorded hash. */
  readonly equal: number
  readonly firstDifference: Difference | undefined
  /** Number of payloads that the recording client refused, and the number of these that the embedded client refuses. */
  readonly refused: { readonly recorded: number; readonly refused: number }
  readonly gas: bigint
  /** Seconds of execution only. */
  readonly seconds: number
  readonly mgasPerSecond: number
}

/** The first block that differs from the record. */
interface Difference {
  readonly number: bigint
  readonly want: Hash
  /** The computed hash, or the error. */
  readonly got: string
  /** Header fields that differ: recorded and computed. */
  readonly fields: Readonly<Record<string, readonly [want: string, got: string]>>
}

/** Options of an execution. */
export interface ExecuteChainOptions {
  /** Whether to execute as op-geth, which does not activate Osaka with Karst. */
  readonly asOpGeth: boolean
  readonly onBlock?: (block: ExecutedBlock) => void
}

/** The fields of `eth_getBlockByNumber` that are compared. */
const blockJson = z.looseObject({ number: quantityJson, hash: hashJson })

const expectedJson = z.looseObject({ number: z.int(), attributes: attributesJson })
const refusedJson = z.looseObject({ parentHash: z.string(), attributes: attributesJson })

/**
 * Executes a recorded chain from its genesis and compares each hash; ends at the first difference.
 *
 * @throws Fault `record` that names the file and line if something in the folder cannot be read
 */
export async function executeChain(
  folder: string,
  { asOpGeth, onBlock }: ExecuteChainOptions,
): Promise<ChainResult> {
  const genesis = await readGenesis(requireFile(folder, 'genesis.json'))
  const config = { ...genesis.config, hasOsakaAtKarst: !asOpGeth, hasUsersAtForks: true }
  const source = new MemoryStore()
  const interpreters = new Interpreters(config)
  const hashes: Hash[] = []
  const ancestorHash = (_child: unknown, number: bigint) => hashes[Number(number)] ?? zeroHash
  const executor = { config, interpreters, source, ancestorHash }
  let parent = makeGenesisBlock({ ...genesis, config }, source)
  source.put(parent.changes)
  const refusals = await readRefused(folder)
  const total = { blocks: 0, txs: 0, equal: 0, gas: 0n, ms: 0, refused: 0 }
  let firstDifference: Difference | undefined
  const expected = readParsed(requireFile(folder, 'expected.ndjson'), expectedJson)
  const recorded = readParsed(requireFile(folder, 'l2.ndjson'), blockJson)
  for await (const { value: block, line } of recorded) {
    if (block.number === parent.header.number) {
      firstDifference = differenceOf(line, parent, block)
      if (firstDifference !== undefined) break
      hashes[Number(block.number)] = parent.hash
      continue
    }
    for (const attributes of refusals.get(parent.hash) ?? [])
      if (await refuses(() => executeBlock(executor, parent, attributes))) total.refused++
    const next = await expected.next()
    if (next.done === true) throw cutShort(folder, 'expected.ndjson', block.number)
    const attributes = toAttributes(next.value.value.attributes)
    total.blocks++
    const startedMs = performance.now()
    try {
      const executed = await executeBlock(executor, parent, attributes)
      total.ms += performance.now() - startedMs
      firstDifference = differenceOf(line, executed, block)
      source.put(executed.changes)
      parent = executed
    } catch (error) {
      if (!isRefusal(error)) throw error
      firstDifference = { number: block.number, want: block.hash, got: error.message, fields: {} }
    }
    if (firstDifference !== undefined) break
    onBlock?.(parent)
    hashes[Number(block.number)] = parent.hash
    total.equal++
    total.txs += parent.transactions.length
    total.gas += parent.header.gasUsed
  }
  if (
    firstDifference === undefined &&
    (total.blocks === 0 || (await expected.next()).done !== true)
  )
    throw cutShort(folder, 'l2.ndjson', parent.header.number + 1n)
  const refusedThen = [...refusals.values()].flat().length
  return {
    ...total,
    firstDifference,
    refused: { recorded: refusedThen, refused: total.refused },
    seconds: total.ms / 1_000,
    mgasPerSecond: Number(total.gas) / 1_000 / total.ms,
  }
}

function cutShort(folder: string, file: string, number: bigint): Fault {
  const detail = `${folder}: ${file} ends before block ${number}: the record is truncated`
  return new Fault('record', { detail })
}

const zeroHash = `0x${'00'.repeat(32)}` as Hash

async function readRefused(folder: string) {
  const refusals = new Map<string, ReturnType<typeof toAttributes>[]>()
  const path = findFile(folder, 'refused.ndjson')
  if (path === undefined) return refusals
  for await (const { value } of readParsed(path, refusedJson)) {
    const { parentHash, attributes } = value
    const known = refusals.get(parentHash) ?? []
    refusals.set(parentHash, [...known, toAttributes(attributes)])
  }
  return refusals
}

async function refuses(execute: () => Promise<unknown>): Promise<boolean> {
  try {
    await execute()
    return false
  } catch (error) {
    if (isRefusal(error)) return true
    throw error
  }
}

function isRefusal(error: unknown): error is Error {
  return error instanceof InvalidTransaction || error instanceof InvalidBlock
}

function differenceOf(
  line: unknown,
  { hash, header }: ExecutedBlock,
  block: z.output<typeof blockJson>,
): Difference | undefined {
  if (hash === block.hash) return undefined
  const want = line as Readonly<Record<string, unknown>>
  const fields: Record<string, readonly [string, string]> = {}
  for (const [name, value] of Object.entries(header)) {
    const recorded = showField(want[jsonNames[name] ?? name])
    const found = showField(value)
    if (recorded !== found) fields[name] = [recorded, found]
  }
  return { number: block.number, want: block.hash, got: hash, fields }
}

/** JSON-RPC names of the header fields whose names in JSON-RPC differ from ours. */
const jsonNames: Readonly<Record<string, string>> = {
  ommersHash: 'sha3Uncles',
  beneficiary: 'miner',
  prevRandao: 'mixHash',
}

function showField(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'bigint') return `0x${value.toString(16)}`
  return value instanceof Uint8Array ? toHex(value) : 'absent'
}
