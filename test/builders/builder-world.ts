import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { mnemonicToAccount } from 'viem/accounts'
import { startL1 } from '#devnet/record-world.ts'
import { fromHex, toAddress } from '#protocol/codec/hex.ts'
import type { JsonRpcClient } from '#json-rpc/json-rpc-client.ts'
import { systemClock } from '#runtime/clock.ts'
import { freeTcpPort } from '#test/fakes/free-port.ts'
import { NodeOnRecord } from '#test/fakes/node-on-record.ts'
import { isUp } from '#test/interop/followers.ts'
import { clientOf, flagsOf, Program } from '#test/interop/network.ts'
import { until } from '#test/interop/until.ts'
import { liveChainId, writeLiveRecord } from './live-record.ts'

/** Seconds between two blocks. */
export const blockSeconds = 1

/** Time after the seal time within which the block of the builder must arrive and be executed. */
export const builderTimeoutMs = 300

const atoll = fileURLToPath(new URL('../../packages/cli/atoll.js', import.meta.url))

const user = mnemonicToAccount('test test test test test test test test test test test junk')

/** A program that runs beside the node, and its URLs. */
export interface BuilderClient {
  readonly engineUrl: string
  readonly program: Program
  /** Starts the program again with its data. */
  readonly restart: () => Promise<BuilderClient>
  /** JSON-RPC for users. */
  readonly rpc: JsonRpcClient
}

/** A block that the sequencer made, as its log says. */
interface MadeBlock {
  readonly number: number
  /** Time from the timestamp of the block to its insertion. */
  readonly delayMs: number
}

/** A chain that begins now, on which a test starts builders and a node with a sequencer. */
export class BuilderWorld {
  readonly jwtFile: string
  readonly folder: string
  /** The lines of the node's log. */
  readonly log: string[] = []
  readonly made: MadeBlock[] = []
  readonly #t: TestContext
  readonly #record: string
  #node: NodeOnRecord | undefined
  #rpc: JsonRpcClient | undefined
  #nonce = 0

  private constructor(t: TestContext, folder: string) {
    this.#t = t
    this.folder = folder
    this.jwtFile = join(folder, 'builder-jwt.hex')
    this.#record = join(folder, 'record')
  }

  static async of(t: TestContext): Promise<BuilderWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'atoll-builders-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const world = new BuilderWorld(t, folder)
    await writeFile(world.jwtFile, '11'.repeat(32))
    const account = toAddress(fromHex(user.address.toLowerCase()))
    const balances = new Map([[account, 10n ** 20n]])
    await writeLiveRecord(world.#record, { blockSeconds, balances })
    return world
  }

  /** Starts an `atoll execution-client`, which builds blocks of the chain. */
  async startClient(name: string, ports?: readonly [number, number]): Promise<BuilderClient> {
    const [engine, rpc] = ports ?? [await freeTcpPort(), await freeTcpPort()]
    const flags = {
      genesis: join(this.#record, 'genesis.json'),
      'jwt-secret-file': this.jwtFile,
      'data-dir': join(this.folder, name),
      'engine-port': String(engine),
      'rpc-port': String(rpc),
      // The same rules as in the execution client of the node.
      'op-geth': 'true',
      'log-level': 'error',
    }
    const program = this.startProgram(process.execPath, [
      atoll,
      'execution-client',
      ...flagsOf(flags),
    ])
    const client = clientOf(`http://127.0.0.1:${rpc}`)
    this.#t.after(() => client.close())
    const explain = () => program.output
    await until(`${name} answers`, { withinMs: 60_000, explain }, isUp(client))
    return {
      engineUrl: `http://127.0.0.1:${engine}`,
      program,
      rpc: client,
      restart: () => this.startClient(name, [engine, rpc]),
    }
  }

  /** Starts a program that ends with the test. */
  startProgram(path: string, args: readonly string[], onLine?: (line: string) => void): Program {
    const program = new Program(path, args, onLine)
    this.#t.after(() => program.stop())
    return program
  }

  /** Starts a program, and waits for its first line. */
  async startWithLine(path: string, args: readonly string[]): Promise<readonly [Program, string]> {
    const line = Promise.withResolvers<string>()
    const program = this.startProgram(path, args, line.resolve)
    return [program, await line.promise]
  }

  /** Starts a node with a sequencer. */
  async startNode(given: Readonly<Record<string, string>>): Promise<void> {
    const l1 = await startL1({ record: this.#record, speed: 1, clock: systemClock })
    const node = await NodeOnRecord.start({
      record: this.#record,
      l1,
      folder: this.folder,
      logLevel: 'info',
      onLog: (text) => this.#logged(text),
      given: {
        sequencerEnabled: 'true',
        sequencerL1Confs: '0',
        builderTimeoutMs: String(builderTimeoutMs),
        ...given,
      },
    })
    this.#t.after(() => node.close())
    this.#node = node
    const rpc = clientOf(node.rpcUrl)
    this.#t.after(() => rpc.close())
    this.#rpc = rpc
    // The first blocks are late, and are made without a builder.
    const isOnTime = () => (this.made.at(-1)?.delayMs ?? Infinity) < 500
    await node.until('a block on time', isOnTime, 60_000)
  }

  #logged(text: string): void {
    for (const line of text.split('\n')) {
      if (line === '') continue
      this.log.push(line)
      const [, number, delayMs] = /made a block l2=(\d+):.*delayMs=(-?\d+)/u.exec(line) ?? []
      if (number !== undefined) this.made.push({ number: Number(number), delayMs: Number(delayMs) })
    }
  }

  /** Waits until the node has made this number of further blocks. @returns these blocks */
  async moreBlocks(count: number): Promise<readonly MadeBlock[]> {
    const from = this.made.length
    await this.node.until(`${count} more blocks`, () => this.made.length >= from + count)
    return this.made.slice(from)
  }

  get node(): NodeOnRecord {
    return this.#node ?? assert.fail('the node is not started')
  }

  /** The hashes of the transactions in a block of the node, without the L1 attributes transaction. */
  async usersIn(number: number): Promise<readonly string[]> {
    const block = (await this.#rpc?.call('eth_getBlockByNumber', [
      `0x${number.toString(16)}`,
      false,
    ])) as { readonly transactions: readonly string[] } | null | undefined
    return block?.transactions.slice(1) ?? assert.fail(`no block ${number}`)
  }

  /** The block that has a transaction; undefined if no block has it. */
  async blockWith(hash: string): Promise<number | undefined> {
    const receipt = (await this.#rpc?.call('eth_getTransactionReceipt', [hash])) as {
      readonly blockNumber: string
    } | null
    return receipt === null ? undefined : Number(receipt.blockNumber)
  }

  /** The next transaction of a user. */
  sign(): Promise<`0x${string}`> {
    return user.signTransaction({
      chainId: liveChainId,
      nonce: this.#nonce++,
      to: user.address,
      gas: 30_000n,
      maxFeePerGas: 10n ** 10n,
      maxPriorityFeePerGas: 10n ** 9n,
    })
  }

  /** Sends the next transaction to one client only. @returns its hash */
  async send({ rpc }: BuilderClient): Promise<string> {
    return (await rpc.call('eth_sendRawTransaction', [await this.sign()])) as string
  }

  /** The counts of blocks by outcome for the builder's block. */
  async outcomes(): Promise<Readonly<Record<string, number>>> {
    const text = await (await fetch(`${this.node.healthUrl}/metrics`)).text()
    const found = text.matchAll(
      /atoll_sequencer_builder_blocks_total\{.*outcome="([a-z-]+)".*\} (\d+)/gu,
    )
    return Object.fromEntries([...found].map(([, name = '', count]) => [name, Number(count)]))
  }

  /** The notices of the sequencer, as `atoll status` shows them. */
  get notices(): readonly string[] {
    return this.node.view.services.get('sequencer')?.notices ?? []
  }
}
