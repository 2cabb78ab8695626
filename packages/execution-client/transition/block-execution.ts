import type { EVM, EVMResult } from '@ethereumjs/evm'
import { type Hardforks, hardforksAt } from '#protocol/chains/hardforks.ts'
import { fromHex } from '#protocol/codec/hex.ts'
import type { Address } from '#protocol/primitives.ts'
import { decodeDeposit, type Deposit } from '#protocol/transaction/deposit.ts'
import { DecodeError } from '#protocol/codec/decode-error.ts'
import { decodeTransaction, type SignedTransaction } from '#protocol/transaction/transaction.ts'
import { recoverSigner } from '#runtime/crypto/secp256k1.ts'
import { maxNonce } from '#execution-client/state/account-record.ts'
import type { WorldState } from '#execution-client/state/world-state.ts'
import { applyAuthorizations, isDelegation } from './authorizations.ts'
import type { BlockContext, ExecutedTransaction } from './block-context.ts'
import { baseFeeVault, l1FeeVault, operatorFeeVault } from './fee-vaults.ts'
import { chargedGas, floorGas, intrinsicGas, maxInitCodeBytes, maxTransactionGas } from './gas.ts'
import { InvalidTransaction } from './invalid.ts'
import { BlockFees, estimatedBytes } from './l1-fee.ts'
import { Machine, toEvmAddress } from './machine.ts'
import { type BlockBeginning, type EvmBlock, makeSystemCalls } from './system-calls.ts'
import { bloomOf, type ExecutionLog, type Receipt, type ReceiptFees } from './receipt.ts'
import { depositType } from '#protocol/transaction/transaction-types.ts'

/** Bytes of the L1 attributes from Jovian on. Spec: protocol/jovian/l1-attributes.md */
const jovianAttributesBytes = 178

/** Executes the transactions of one block in order. Spec: protocol/exec-engine.md, protocol/deposits.md */
export class BlockExecution {
  readonly context: BlockContext
  readonly forks: Hardforks
  readonly transactions: ExecutedTransaction[] = []
  readonly #machine: Machine
  readonly #block: EvmBlock
  #fees: BlockFees | undefined
  #gasLeft: bigint
  #gasUsed = 0n
  #daFootprint = 0n
  /** The scalar in the calldata of the L1 attributes; 0 until the L1 attributes are executed. */
  #daFootprintScalar = 0n

  constructor(context: BlockContext, evm: EVM, state: WorldState) {
    this.context = context
    this.forks = hardforksAt(context.config.hardforkTimes, context.timestamp)
    this.#machine = new Machine(evm, state)
    this.#gasLeft = context.gasLimit
    const { number, timestamp, feeRecipient, prevRandao, gasLimit, baseFeePerGas } = context
    const coinbase = toEvmAddress(feeRecipient)
    const header = {
      number,
      timestamp,
      coinbase,
      difficulty: 0n,
      prevRandao: fromHex(prevRandao),
      gasLimit,
      baseFeePerGas,
      // L2 has no blobs; their minimum price is 1.
      getBlobGasPrice: () => 1n,
    }
    this.#block = { header }
  }

  /** Unused gas of the block. */
  get gasLeft(): bigint {
    return this.#gasLeft
  }

  get gasUsed(): bigint {
    return this.#gasUsed
  }

  /** DA footprint of the block, in gas. Spec: protocol/jovian/exec-engine.md#da-footprint-block-limit */
  get daFootprint(): bigint {
    return this.#daFootprint
  }

  /** DA footprint of a user transaction. */
  daFootprintOf(raw: Uint8Array): bigint {
    return this.forks.jovian ? estimatedBytes(raw) * this.#daFootprintScalar : 0n
  }

  /**
   * Whether the block may have user transactions. The activation block of Jovian must have none, since its L1
   * attributes have no DA footprint scalar yet. The activation block of a later fork may have them only if
   * `hasUsersAtForks` is set.
   */
  get takesUserTransactions(): boolean {
    const { config, parentTimestamp } = this.context
    const before = hardforksAt(config.hardforkTimes, parentTimestamp)
    const { karst, lagoon } = this.forks
    const isFork = (karst && !before.karst) || (lagoon && !before.lagoon)
    if (isFork && !config.hasUsersAtForks) return false
    const attributes = this.transactions[0]?.deposit
    if (!this.forks.jovian || attributes === undefined) return true
    return attributes.data.length >= jovianAttributesBytes
  }

  /** The next nonce of an account. */
  nonceOf(address: Address): bigint {
    return this.#machine.nonceOf(address)
  }

  /** Executes the system calls at the start of a block. */
  begin(beginning: BlockBeginning): Promise<void> {
    return makeSystemCalls(this.#machine, this.#block, { ...beginning, forks: this.forks })
  }

  /**
   * Executes the next transaction of the block.
   *
   * @throws InvalidTransaction if the transaction is not valid in this block. The state is then unchanged
   */
  async execute(raw: Uint8Array): Promise<ExecutedTransaction> {
    const executed =
      raw[0] === depositType
        ? await this.#executeDeposit(
            raw,
            decoded(() => decodeDeposit(raw)),
          )
        : await this.#executeSigned(
            raw,
            decoded(() => decodeTransaction(raw)),
          )
    this.transactions.push(executed)
    return executed
  }

  async #executeDeposit(raw: Uint8Array, deposit: Deposit): Promise<ExecutedTransaction> {
    const { forks } = this
    const machine = this.#machine
    const { from, to, mint, data } = deposit
    if (deposit.isSystemTransaction && forks.regolith)
      throw new InvalidTransaction('a system transaction after Regolith')
    if (!deposit.isSystemTransaction) this.#checkGasLeft(deposit.gas)
    await machine.evm.journal.cleanup()
    const nonce = machine.nonceOf(from)
    // The mint is kept even if the deposit fails.
    if (mint > 0n) await machine.addBalance(from, mint)
    const charge = { data, isCreation: to === undefined, accessList: [], authorizations: 0 }
    const intrinsic = intrinsicGas(charge, forks)
    const floor = floorGas(data, forks)
    const cannotRun =
      deposit.gas < intrinsic ||
      deposit.gas < floor ||
      machine.balanceOf(from) < deposit.value ||
      (forks.canyon && to === undefined && data.length > maxInitCodeBytes)
    // As in op-geth, a sender with the last nonce creates no contract and keeps its nonce. If it makes a call, the call
    // is executed, and the nonce wraps to 0.
    const hasNoNonce = !cannotRun && to === undefined && nonce === maxNonce
    if (!hasNoNonce) await machine.touch(from, { nonce: nonce + 1n })
    let result: EVMResult | undefined
    let gasUsed = hasNoNonce ? chargedGas(intrinsic, { refund: 0n, floor }) : deposit.gas
    if (!cannotRun && !hasNoNonce) {
      machine.warm([from, to, this.#warmCoinbase()])
      result = await this.#run({ ...deposit, gasPrice: 0n, gasLimit: deposit.gas - intrinsic })
      const { executionGasUsed, gasRefund = 0n } = result.execResult
      gasUsed = chargedGas(executionGasUsed + intrinsic, { refund: gasRefund, floor })
    }
    if (!forks.regolith) gasUsed = deposit.isSystemTransaction ? 0n : deposit.gas
    await machine.endTransaction(this.#destroyed(result))
    const receipt = this.#receipt(depositType, { result, gasUsed, gasPrice: 0n, fees: undefined })
    this.#readDaFootprintScalar(deposit)
    const depositReceipt = {
      ...receipt,
      depositNonce: forks.regolith ? nonce : undefined,
      depositVersion: forks.canyon ? 1n : undefined,
    }
    return { raw, sender: from, signed: undefined, deposit, receipt: depositReceipt }
  }

  /** Spec: protocol/jovian/l1-attributes.md: bytes 176 and 177 of the calldata of the block's first transaction */
  #readDaFootprintScalar({ data }: Deposit): void {
    if (this.transactions.length > 0 || !this.forks.jovian) return
    if (data.length < jovianAttributesBytes) return
    this.#daFootprintScalar = BigInt((data[176] ?? 0) * 256 + (data[177] ?? 0))
  }

  async #executeSigned(raw: Uint8Array, signed: SignedTransaction): Promise<ExecutedTransaction> {
    const { context, forks } = this
    const machine = this.#machine
    this.#fees ??= new BlockFees(forks, machine.state)
    const fees = this.#fees
    const { gasLimit, data, to, value } = signed
    const sender = recoverSigner(signed.signingHash, signed.signature)
    if (sender === undefined) throw new InvalidTransaction('the signature is not valid')
    this.#checkRules(signed, sender)
    const { intrinsic, floor } = this.#checkGas(signed)
    const l1Fee = fees.l1Fee(raw)
    const operatorFeeMax = fees.operatorFee(gasLimit)
    const balance = machine.balanceOf(sender)
    const needed = gasLimit * signed.maxFeePerGas + value + l1Fee + operatorFeeMax
    if (balance < needed) throw new InvalidTransaction(`balance ${balance}, ${needed} needed`)

    const tip = min(signed.maxFeePerGas - context.baseFeePerGas, signed.maxPriorityFeePerGas)
    const gasPrice = context.baseFeePerGas + tip
    await machine.evm.journal.cleanup()
    machine.warm([sender, to, this.#warmCoinbase()])
    this.#warmAccessList(signed)
    await machine.touch(sender, {
      balance: balance - gasLimit * gasPrice - l1Fee - operatorFeeMax,
      nonce: signed.nonce + 1n,
    })
    const { chainId } = context.config
    const authorized = await applyAuthorizations(signed.authorizations, { machine, chainId })
    const result = await this.#run({
      from: sender,
      to,
      value,
      data,
      gasPrice,
      gasLimit: gasLimit - intrinsic,
    })
    const { executionGasUsed, gasRefund = 0n } = result.execResult
    const refund = authorized + gasRefund
    const gasUsed = chargedGas(executionGasUsed + intrinsic, { refund, floor })
    const operatorFee = fees.operatorFee(gasUsed)
    await machine.addBalance(sender, (gasLimit - gasUsed) * gasPrice + operatorFeeMax - operatorFee)
    await this.#payVaults({
      tip: gasUsed * tip,
      base: gasUsed * context.baseFeePerGas,
      l1Fee,
      operatorFee,
    })
    this.#daFootprint += this.daFootprintOf(raw)
    await machine.endTransaction(this.#destroyed(result))
    const paid = { l1Fee, operatorFee }
    const receipt = this.#receipt(signed.type, { result, gasUsed, gasPrice, fees: paid })
    return { raw, sender, signed, deposit: undefined, receipt }
  }

  /** @throws InvalidTransaction */
  #checkRules(signed: SignedTransaction, sender: Address): void {
    const { context, forks } = this
    const machine = this.#machine
    const refuse = (why: string) => new InvalidTransaction(why)
    const { chainId } = context.config
    if (signed.chainId !== undefined && signed.chainId !== chainId)
      throw refuse(`chain id ${signed.chainId}, this is ${chainId}`)
    if (signed.type === 4 && !forks.isthmus) throw refuse('type 4 is not supported before Isthmus')
    const nonce = machine.nonceOf(sender)
    if (nonce === maxNonce) throw refuse(`the account has nonce ${nonce}, the last one`)
    if (nonce !== signed.nonce) throw refuse(`nonce ${signed.nonce}, the account has ${nonce}`)
    const code = machine.state.code(sender)
    if (code.length > 0 && !(forks.isthmus && isDelegation(code)))
      throw refuse('the sender is a contract')
    if (signed.maxFeePerGas < context.baseFeePerGas)
      throw refuse(`fee cap ${signed.maxFeePerGas}, the base fee is ${context.baseFeePerGas}`)
    if (signed.maxPriorityFeePerGas > signed.maxFeePerGas)
      throw refuse('the tip is above the fee cap')
  }

  /** @throws InvalidTransaction */
  #checkGas(signed: SignedTransaction): { readonly intrinsic: bigint; readonly floor: bigint } {
    const { forks } = this
    const { gasLimit, data, to, accessList } = signed
    const isCreation = to === undefined
    if (isCreation && forks.canyon && data.length > maxInitCodeBytes)
      throw new InvalidTransaction(`init code of ${data.length} bytes, at most ${maxInitCodeBytes}`)
    if (this.#hasOsaka() && gasLimit > maxTransactionGas)
      throw new InvalidTransaction(`gas limit ${gasLimit}, at most ${maxTransactionGas}`)
    this.#checkGasLeft(gasLimit)
    const authorizations = signed.authorizations.length
    const intrinsic = intrinsicGas({ data, isCreation, accessList, authorizations }, forks)
    const floor = floorGas(data, forks)
    const least = intrinsic > floor ? intrinsic : floor
    if (gasLimit < least) throw new InvalidTransaction(`gas limit ${gasLimit}, at least ${least}`)
    return { intrinsic, floor }
  }

  #checkGasLeft(gas: bigint): void {
    if (gas > this.#gasLeft)
      throw new InvalidTransaction(`gas limit ${gas}, the block has ${this.#gasLeft} left`)
  }

  #run(call: {
    readonly from: Address
    readonly to: Address | undefined
    readonly value: bigint
    readonly data: Uint8Array
    readonly gasPrice: bigint
    readonly gasLimit: bigint
  }): Promise<EVMResult> {
    const { from, to, value, data, gasPrice, gasLimit } = call
    return this.#machine.evm.runCall({
      block: this.#block,
      caller: toEvmAddress(from),
      ...(to !== undefined && { to: toEvmAddress(to) }),
      value,
      data,
      gasPrice,
      gasLimit,
      // The nonce was incremented before the call, so that the increment remains if the call fails.
      skipNonceIncrement: true,
    })
  }

  async #payVaults(
    fees: ReceiptFees & { readonly tip: bigint; readonly base: bigint },
  ): Promise<void> {
    const machine = this.#machine
    await machine.addBalance(this.context.feeRecipient, fees.tip)
    await machine.addBalance(baseFeeVault, fees.base)
    await machine.addBalance(l1FeeVault, fees.l1Fee)
    if (this.forks.isthmus) await machine.addBalance(operatorFeeVault, fees.operatorFee)
  }

  #receipt(
    type: number,
    {
      result,
      gasUsed,
      gasPrice,
      fees,
    }: {
      readonly result: EVMResult | undefined
      readonly gasUsed: bigint
      readonly gasPrice: bigint
      readonly fees: ReceiptFees | undefined
    },
  ): Receipt {
    this.#gasLeft -= gasUsed
    this.#gasUsed += gasUsed
    const isSuccess = result !== undefined && result.execResult.exceptionError === undefined
    const logs = isSuccess ? logsOf(result) : []
    return {
      type,
      isSuccess,
      gasUsed,
      cumulativeGasUsed: this.#gasUsed,
      logs,
      bloom: bloomOf(logs),
      depositNonce: undefined,
      depositVersion: undefined,
      fees,
      effectiveGasPrice: gasPrice,
    }
  }

  /** The accounts to remove. From Ecotone on, only contracts created in the same transaction. Spec: EIP-6780 */
  #destroyed(result: EVMResult | undefined): readonly Address[] {
    const { selfdestruct, createdAddresses } = result?.execResult ?? {}
    return [...(selfdestruct?.keys() ?? [])].filter(
      (address) => !this.forks.ecotone || createdAddresses?.has(address) === true,
    ) as Address[]
  }

  #warmAccessList({ accessList }: SignedTransaction): void {
    const { journal } = this.#machine.evm
    for (const { address, storageKeys } of accessList) {
      const bare = address.slice(2)
      journal.addAlwaysWarmAddress(bare)
      for (const key of storageKeys)
        journal.addAlwaysWarmSlot(bare, Buffer.from(key).toString('hex'))
    }
  }

  #warmCoinbase(): Address | undefined {
    return this.forks.canyon ? this.context.feeRecipient : undefined
  }

  #hasOsaka(): boolean {
    return this.forks.karst && this.context.config.hasOsakaAtKarst
  }
}

function logsOf({ execResult }: EVMResult): readonly ExecutionLog[] {
  return (execResult.logs ?? []).map(([address, topics, data]) => ({ address, topics, data }))
}

function decoded<Value>(decode: () => Value): Value {
  try {
    return decode()
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause
    throw new InvalidTransaction(cause.message, { cause })
  }
}

function min(left: bigint, right: bigint): bigint {
  return left < right ? left : right
}
