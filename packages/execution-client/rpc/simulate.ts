import type { EVM } from '@ethereumjs/evm'
import { hardforksAt } from '#protocol/chains/hardforks.ts'
import { fromHex, toAddress, toHash, toHex } from '#protocol/codec/hex.ts'
import type { Address } from '#protocol/primitives.ts'
import { JsonRpcError } from '#json-rpc/json-rpc-answer.ts'
import { Serial } from '#runtime/serial.ts'
import type { Chain } from '#execution-client/chain/chain.ts'
import type { WorldState } from '#execution-client/state/world-state.ts'
import type { KnownBlock } from '#execution-client/store/block-store.ts'
import { applyAuthorizations } from '#execution-client/transition/authorizations.ts'
import {
  chargedGas,
  floorGas,
  intrinsicGas,
  maxTransactionGas,
} from '#execution-client/transition/gas.ts'
import { Interpreters } from '#execution-client/transition/interpreter.ts'
import { Machine, toEvmAddress } from '#execution-client/transition/machine.ts'
import { StepWatch, watchSteps } from '#execution-client/transition/step-watch.ts'
import type { CallJson, OverridesJson } from './call-json.ts'
import { priceOf } from './call-price.ts'
import { rpcCodes } from './params.ts'

/** Maximum gas of a call. The gas is limited because only one call runs at a time. */
const maxCallGas = 50_000_000n

/** Timeout of a call, and of all attempts of an estimate together. It is the default of geth's `--rpc.evmtimeout`. */
const callTimeoutMs = 5_000

/** Result of a call. */
export interface Simulated {
  readonly gasUsed: bigint
  readonly returned: Uint8Array
  /** The interpreter's error; absent for a successful call. */
  readonly error: string | undefined
  /** Accessed accounts and slots, for `eth_createAccessList`. */
  readonly touched: readonly {
    readonly address: Address
    readonly storageKeys: readonly string[]
  }[]
}

/** Context of a call. */
export interface SimulateOptions {
  readonly block: KnownBlock
  readonly call: CallJson
  readonly overrides?: OverridesJson
  /** Replaces the gas of the call. */
  readonly gas?: bigint
}

/** Executes one call. @throws JsonRpcError if the call cannot start, or exceeds its timeout */
export type Run = (options: SimulateOptions) => Promise<Simulated>

/** Beginning of the error text for a call whose gas is below its intrinsic gas. */
const lowGas = 'intrinsic gas too low'

/** Gas of a plain transfer. As in geth, an estimate ignores a gas limit of the call below this number. */
const transferGas = 21_000n

const zeroAddress = toAddress(new Uint8Array(20))

/** Executes calls without changing the chain, one at a time. */
export class Simulator {
  readonly #chain: Chain
  readonly #interpreters: Interpreters
  readonly #serial = new Serial()
  readonly #timeoutMs: number

  constructor(chain: Chain, { timeoutMs = callTimeoutMs }: { readonly timeoutMs?: number } = {}) {
    this.#chain = chain
    this.#timeoutMs = timeoutMs
    this.#interpreters = new Interpreters(chain.config)
  }

  /** The highest gas limit that an estimate may return. Call, block, forks and funds of the sender limit it. */
  maxGas({ block, call, overrides }: SimulateOptions): bigint {
    const { header } = block
    const { config } = this.#chain
    const asked = call.gas ?? 0n
    const isOsaka =
      config.hasOsakaAtKarst && hardforksAt(config.hardforkTimes, header.timestamp).karst
    const most = smallest([
      asked >= transferGas ? asked : header.gasLimit,
      maxCallGas,
      ...(isOsaka ? [maxTransactionGas] : []),
    ])
    const { feeCap } = priceOf(call, header.baseFeePerGas ?? 0n)
    if (feeCap === 0n) return most
    const state = this.#chain.state(block)
    applyOverrides(state, overrides)
    const balance = state.account(call.from ?? zeroAddress)?.balance ?? 0n
    const value = call.value ?? 0n
    if (value > 0n && value >= balance)
      throw new JsonRpcError(rpcCodes.server, 'insufficient funds for transfer')
    return smallest([most, (balance - value) / feeCap])
  }

  /** Executes a call on the state and in the context of a block. @throws JsonRpcError if the call cannot start */
  run(options: SimulateOptions): Promise<Simulated> {
    return this.together((run) => run(options))
  }

  /** Executes several calls within the timeout of one call. */
  together<Result>(task: (run: Run) => Promise<Result>): Promise<Result> {
    return this.#serial.run(() => {
      const watch = new StepWatch(this.#timeoutMs)
      return task((options) => this.#run(options, watch))
    })
  }

  async #run(
    { block, call, overrides, gas }: SimulateOptions,
    watch: StepWatch,
  ): Promise<Simulated> {
    const { header } = block
    const chain = this.#chain
    const state = chain.state(block)
    applyOverrides(state, overrides)
    const forks = hardforksAt(chain.config.hardforkTimes, header.timestamp)
    const executor = chain.executor(this.#interpreters)
    const parent = { ...block, trie: state.trie }
    const evm = await this.#interpreters.on(state, forks, (number) =>
      fromHex(executor.ancestorHash(parent, number)),
    )
    const machine = new Machine(evm, state)
    const data = call.input ?? call.data ?? new Uint8Array(0)
    const from = call.from ?? zeroAddress
    const to = call.to ?? undefined
    const accessList = call.accessList ?? []
    const list = call.authorizationList ?? []
    const isCreation = to === undefined
    const charged = { data, isCreation, accessList, authorizations: list.length }
    const intrinsic = intrinsicGas(charged, forks)
    const gasLimit = limited(gas ?? call.gas ?? maxCallGas)
    const floor = floorGas(data, forks)
    const least = intrinsic > floor ? intrinsic : floor
    if (gasLimit < least) {
      const error = `${lowGas}: have ${gasLimit}, want ${least}`
      return { gasUsed: gasLimit, returned: new Uint8Array(0), error, touched: [] }
    }
    const { feeCap, gasPrice } = priceOf(call, header.baseFeePerGas ?? 0n)
    const value = call.value ?? 0n
    this.#checkFunds(machine, { from, needed: value + feeCap * gasLimit })
    machine.warm([from, to, forks.canyon ? header.beneficiary : undefined])
    for (const { address, storageKeys } of accessList)
      for (const key of storageKeys)
        evm.journal.addAlwaysWarmSlot(address.slice(2), Buffer.from(key).toString('hex'))
    await machine.touch(from, { nonce: machine.nonceOf(from) + 1n })
    const { chainId } = chain.config
    const authorized = await applyAuthorizations(list, { machine, chainId })
    evm.journal.startReportingAccessList()
    const result = await this.#watched(
      { evm, watch },
      {
        block: evmBlock(block, { isFree: gasPrice === 0n }),
        caller: toEvmAddress(from),
        ...(to !== undefined && { to: toEvmAddress(to) }),
        value,
        data,
        gasPrice,
        gasLimit: gasLimit - intrinsic,
        skipNonceIncrement: true,
      },
    )
    const { executionGasUsed, gasRefund = 0n, exceptionError, returnValue } = result.execResult
    const refund = authorized + gasRefund
    const touched = touchedBy(evm)
    await machine.endTransaction([])
    return {
      gasUsed: chargedGas(executionGasUsed + intrinsic, { refund, floor }),
      returned: returnValue,
      error: exceptionError?.error,
      touched,
    }
  }

  async #watched(
    { evm, watch }: { readonly evm: EVM; readonly watch: StepWatch },
    options: Parameters<EVM['runCall']>[0],
  ): ReturnType<EVM['runCall']> {
    watchSteps(evm, watch)
    const result = await evm.runCall(options)
    if (!watch.isOver) return result
    const detail = `execution aborted (timeout = ${this.#timeoutMs / 1_000}s)`
    throw new JsonRpcError(rpcCodes.server, detail)
  }

  #checkFunds(
    machine: Machine,
    { from, needed }: { readonly from: Address; readonly needed: bigint },
  ): void {
    const balance = machine.balanceOf(from)
    if (balance >= needed) return
    const detail = `insufficient funds for gas * price + value: address ${from} have ${balance} want ${needed}`
    throw new JsonRpcError(rpcCodes.server, detail)
  }
}

function smallest(values: readonly bigint[]): bigint {
  return values.reduce((least, value) => (value < least ? value : least))
}

function limited(gas: bigint): bigint {
  return gas > maxCallGas ? maxCallGas : gas
}

/** In a call without a price, the base fee is zero, as in geth. */
function evmBlock({ header }: KnownBlock, { isFree }: { readonly isFree: boolean }) {
  return {
    header: {
      number: header.number,
      timestamp: header.timestamp,
      coinbase: toEvmAddress(header.beneficiary),
      difficulty: 0n,
      prevRandao: fromHex(header.prevRandao),
      gasLimit: header.gasLimit,
      baseFeePerGas: isFree ? 0n : (header.baseFeePerGas ?? 0n),
      getBlobGasPrice: () => 1n,
    },
  }
}

function touchedBy(evm: EVM): Simulated['touched'] {
  const { accessList } = evm.journal
  return [...(accessList ?? [])].map(([address, slots]) => ({
    address: toAddress(fromHex(`0x${address}`)),
    storageKeys: [...slots].map((slot) => `0x${slot}`),
  }))
}

function applyOverrides(state: WorldState, overrides: OverridesJson): void {
  for (const [text, account] of Object.entries(overrides ?? {})) {
    const address = toAddress(fromHex(text))
    state.setAccount(address, {
      ...(isThere(account.balance) && { balance: account.balance }),
      ...(isThere(account.nonce) && { nonce: account.nonce }),
    })
    if (isThere(account.code)) state.setCode(address, account.code)
    if (isThere(account.state)) state.clearSlots(address)
    const slots = { ...account.state, ...account.stateDiff }
    for (const [slot, value] of Object.entries(slots))
      state.setSlot(address, toHash(fromHex(slot)), value)
  }
}

function isThere<Value>(value: Value | null | undefined): value is Value {
  return value !== undefined && value !== null
}

/** Whether more gas may help a failed call. */
export function lacksGas({ error }: Simulated): boolean {
  return error === 'out of gas' || error?.startsWith(lowGas) === true
}

/** The error of a failed call in geth's form. */
export function callError({ error, returned }: Simulated): JsonRpcError {
  if (error !== 'revert') return new JsonRpcError(rpcCodes.server, error ?? 'execution failed')
  const reason = revertReason(returned)
  const message = reason === undefined ? 'execution reverted' : `execution reverted: ${reason}`
  return new JsonRpcError(rpcCodes.reverted, message, toHex(returned))
}

/** Decodes the text of `Error(string)`, or the code of `Panic(uint256)`. */
function revertReason(data: Uint8Array): string | undefined {
  const selector = toHex(data.subarray(0, 4))
  const view = new DataView(data.buffer, data.byteOffset, data.length)
  if (selector === '0x4e487b71' && data.length === 36)
    return `panic code 0x${view.getUint32(32).toString(16)}`
  if (selector !== '0x08c379a0' || data.length < 68) return undefined
  const length = view.getUint32(64)
  return new TextDecoder().decode(data.subarray(68, Math.min(68 + length, data.length)))
}
