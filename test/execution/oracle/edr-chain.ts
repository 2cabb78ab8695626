import {
  ContractDecoder,
  EdrContext,
  MineOrdering,
  OP_CHAIN_TYPE,
  opProviderFactory,
  type Provider,
} from '@nomicfoundation/edr'
import { fromHex, type Hex } from '#protocol/codec/hex.ts'
import type { Genesis } from '#execution-client/genesis/genesis.ts'

/** EDR permits only one context in a process. */
const context = new EdrContext()
const isReady = context.registerProviderFactory(OP_CHAIN_TYPE, opProviderFactory())

/**
 * A chain in EDR, which executes with op-revm. The chain can have only one block above the genesis: EDR accepts one
 * deposit per sender, and each block needs a deposit for the L1 attributes.
 */
export class EdrChain {
  readonly #provider: Provider

  private constructor(provider: Provider) {
    this.#provider = provider
  }

  /** @param hardfork active from genesis on; Isthmus is the newest that EDR knows */
  static async start(genesis: Genesis, hardfork: string): Promise<EdrChain> {
    await isReady
    const { chainId } = genesis.config
    const { gasLimit, timestamp, baseFeePerGas, beneficiary } = genesis.header
    const config = {
      chainId,
      networkId: chainId,
      hardfork,
      genesisState: Array.from(genesis.accounts, ([address, { nonce, balance, code }]) => ({
        address: fromHex(address),
        nonce,
        balance,
        code,
      })),
      network: {
        genesisBlockGasLimit: gasLimit,
        genesisBlockTime: timestamp,
        genesisBlobGas: { gasUsed: 0n, excessGas: 0n },
      },
      initialBaseFeePerGas: baseFeePerGas ?? 0n,
      initialParentBeaconBlockRoot: new Uint8Array(32),
      coinbase: fromHex(beneficiary),
      mining: {
        autoMine: false,
        blockGasLimit: gasLimit,
        memPool: { order: MineOrdering.Fifo },
      },
      minGasPrice: 0n,
      defaultTransactionGasLimit: 1_000_000n,
      allowBlocksWithSameTimestamp: false,
      allowUnlimitedContractSize: false,
      bailOnCallFailure: false,
      bailOnTransactionFailure: false,
      observability: {},
      ownedAccounts: [],
      precompileOverrides: [],
    }
    const silent = {
      enable: false,
      decodeConsoleLogInputsCallback: () => [],
      printLineCallback: () => undefined,
    }
    const subscriptions = { subscriptionCallback: () => undefined }
    return new EdrChain(
      await context.createProvider(
        OP_CHAIN_TYPE,
        config,
        silent,
        subscriptions,
        new ContractDecoder(),
      ),
    )
  }

  /** Sends a transaction. @returns its hash, or undefined if it is refused */
  async send(raw: Hex): Promise<string | undefined> {
    const answer = await this.#ask('eth_sendRawTransaction', [raw])
    return typeof answer.result === 'string' ? answer.result : undefined
  }

  /** Makes a block with the transactions sent. */
  async mine(): Promise<void> {
    const answer = await this.#ask('evm_mine', [])
    if (answer.error !== undefined) throw new Error(`EDR does not mine: ${answer.error.message}`)
  }

  /** A block in the form of JSON-RPC. */
  async block(number: number): Promise<unknown> {
    const answer = await this.#ask('eth_getBlockByNumber', [`0x${number.toString(16)}`, false])
    return answer.result
  }

  async #ask(method: string, params: readonly unknown[]): Promise<Answer> {
    const request = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const { data } = (await this.#provider.handleRequest(request)) as { data: unknown }
    // Short answers come as text, long ones as an object.
    return (typeof data === 'string' ? JSON.parse(data) : data) as Answer
  }
}

interface Answer {
  readonly result?: unknown
  readonly error?: { readonly message: string }
}
