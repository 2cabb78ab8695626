import { pointFromScalar, signRecoverable } from 'tiny-secp256k1'
import { hardforkNames } from '#protocol/chains/hardforks.ts'
import { fromBigEndian } from '#protocol/codec/big-endian.ts'
import { fromHex, type Hex, toAddress, toHash, toHex } from '#protocol/codec/hex.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { encodeRlp, type RlpItem, uintToRlp } from '#protocol/codec/rlp.ts'
import type { Address } from '#protocol/primitives.ts'
import { encodeDeposit } from '#protocol/transaction/deposit.ts'
import type { Chain } from '#execution-client/chain/chain.ts'
import { type Genesis, parseGenesis } from '#execution-client/genesis/genesis.ts'
import { nextBaseFee } from '#execution-client/transition/base-fee.ts'
import { toQuantity } from '#json-rpc/forms/fields.ts'
import { contracts } from '#test/execution/oracle/random-block.ts'
import { join, pickOf, randomProgram, word } from '#test/execution/oracle/random-code.ts'
import type { Random } from '#runtime/random.ts'

// Makes blocks whose fields have values at their limits. Some of the blocks are valid, and some break a rule.

const most = 2n ** 256n - 1n
const mostGas = 2n ** 64n - 1n
const chainId = 901n

/** Contracts that end after a few opcodes, with any gas limit: one stores, one logs, one destroys itself. */
const briefContracts: readonly Hex[] = [
  '0x5000000000000000000000000000000000000001',
  '0x5000000000000000000000000000000000000005',
  '0x5000000000000000000000000000000000000007',
]

/** Wei that a sender keeps for the L1 fee and the operator fee. */
const reserve = 10n ** 16n

const keys = new Map<Address, Uint8Array>(
  Array.from({ length: 4 }, (_, at) => {
    const key = word(BigInt(at + 1))
    const point = pointFromScalar(key, false)
    if (point === null) throw new RangeError('no key')
    return [toAddress(keccak256(point.subarray(1)).subarray(12)), key] as const
  }),
)
const signers = [...keys.keys()]
const depositors = Array.from({ length: 4 }, (_, at) =>
  toAddress(fromHex(`0xd0000000000000000000000000000000000000${at}0`)),
)
const addresses: readonly Hex[] = [
  ...(Object.keys(contracts) as Hex[]),
  ...signers,
  ...depositors,
  '0x4200000000000000000000000000000000000019',
]

/** A chain with every fork up to a random fork, and accounts whose balances and nonces are at their limits. */
export function extremeGenesis(random: Random): Genesis {
  const forks = hardforkNames.slice(0, random.between(0, hardforkNames.length))
  const balance = () => toQuantity(random.chance(0.5) ? 10n ** 21n : anyWei(random, 10n ** 21n))
  const nonce = () => toQuantity(random.chance(0.1) ? mostGas - BigInt(random.between(0, 1)) : 0n)
  const accounts: (readonly [string, object])[] = [
    ...Object.entries(contracts).map(([at, code]) => [at, { code, balance: balance() }] as const),
    ...[...signers, ...depositors].map(
      (address) => [address, { balance: balance(), nonce: nonce() }] as const,
    ),
  ]
  return parseGenesis({
    config: {
      chainId: Number(chainId),
      optimism: { eip1559Elasticity: 6, eip1559Denominator: 50, eip1559DenominatorCanyon: 250 },
      ...Object.fromEntries(forks.map((name) => [`${name}Time`, 0])),
    },
    timestamp: '0x0',
    gasLimit: '0x1c9c380',
    extraData: forks.includes('jovian')
      ? '0x01000000fa000000060000000000000000'
      : forks.includes('holocene')
        ? '0x00000000fa00000006'
        : '0x',
    baseFeePerGas: toQuantity(random.pick([1n, 10n ** 9n, 2n ** 200n])),
    alloc: Object.fromEntries(accounts),
  })
}

/** Transactions for the next block. Most of them are valid. */
export function extremeTransactions(random: Random, chain: Chain): readonly Uint8Array[] {
  const state = chain.state(chain.head)
  const used = new Map<Address, bigint>()
  const baseFee = nextBaseFee(chain.config, chain.head.header, chain.head.header.timestamp + 1n)
  const account = (address: Address) => {
    const { balance = 0n, nonce = 0n } = state.account(address) ?? {}
    return { balance, nonce: nonce + (used.get(address) ?? 0n) }
  }
  const deposits = Array.from({ length: random.between(0, 4) }, () => {
    const from = pickOf(random, [
      ...depositors,
      ...depositors,
      pickOf(random, signers),
      randomAddress(random),
    ])
    return extremeDeposit(random, from, account(from).balance)
  })
  const signed = Array.from({ length: random.between(0, 3) }, () => {
    const from = pickOf(random, signers)
    const raw = extremeTransaction(random, from, { ...account(from), baseFee })
    used.set(from, (used.get(from) ?? 0n) + 1n)
    return raw
  })
  const all = [...deposits, ...signed]
  return random.chance(0.05) ? all.map((raw) => changed(random, raw)) : all
}

function extremeDeposit(random: Random, from: Address, balance: bigint): Uint8Array {
  const mint = random.chance(0.5) ? anyWei(random, balance) : 0n
  const have = BigInt.asUintN(256, balance + mint)
  const gas = random.chance(0.05)
    ? random.pick([0n, 30_000_000n, 30_000_001n, 2n ** 63n - 1n, 2n ** 63n, mostGas])
    : BigInt(random.pick([21_000, 60_000, 200_000, 500_000]))
  const { to, data } = target(random, gas)
  return encodeDeposit({
    sourceHash: toHash(random.bytes(32)),
    from,
    to,
    mint,
    value: random.chance(0.5) ? anyWei(random, have) : 0n,
    gas,
    isSystemTransaction: random.chance(0.02),
    data,
  })
}

/** A signed transaction. If no field gets an odd value, it is valid, provided that its sender can pay. */
function extremeTransaction(
  random: Random,
  from: Address,
  {
    balance,
    nonce,
    baseFee,
  }: { readonly balance: bigint; readonly nonce: bigint; readonly baseFee: bigint },
): Uint8Array {
  const isOdd = () => random.chance(0.02)
  const gas = isOdd() ? random.pick([0n, 2n ** 63n - 1n, mostGas]) : 300_000n
  const { to, data } = target(random, gas)
  const feeCap = isOdd() ? random.pick([0n, most]) : 2n * baseFee
  const tip = isOdd() ? most : random.pick([0n, feeCap])
  const type = random.pick([0, 1, 2, 2])
  const rest = balance - gas * feeCap - reserve
  const value = isOdd() ? anyWei(random, balance) : random.chance(0.5) && rest > 0n ? rest : 0n
  const head = [
    ...(type === 0 ? [] : [uintToRlp(isOdd() ? most : chainId)]),
    uintToRlp(isOdd() ? mostGas : nonce),
    ...(type === 2 ? [uintToRlp(tip), uintToRlp(feeCap)] : [uintToRlp(feeCap)]),
  ]
  const body = [
    ...head,
    uintToRlp(gas),
    to === undefined ? new Uint8Array(0) : fromHex(to),
    uintToRlp(value),
    data,
    ...(type === 0 ? [] : [[]]),
  ]
  const hash = keccak256(envelope(type, body))
  const { signature, recoveryId } = signRecoverable(hash, keys.get(from) ?? word(1n))
  const v = BigInt(recoveryId + (type === 0 ? 27 : 0))
  const s = isOdd() ? most : fromBigEndian(signature.subarray(32))
  const tail = [v, fromBigEndian(signature.subarray(0, 32)), s].map(uintToRlp)
  return envelope(type, [...body, ...tail])
}

/** The target and input of a transaction. With much gas, the target is an account or a brief contract. */
function target(random: Random, gas: bigint): { to: Address | undefined; data: Uint8Array } {
  const benefit = fromHex(pickOf(random, addresses))
  const data = random.chance(0.5) ? join([new Uint8Array(12), benefit]) : random.bytes(96)
  const called = gas > 10_000_000n ? [...briefContracts, ...depositors] : addresses
  if (gas <= 10_000_000n && random.chance(0.3))
    return { to: undefined, data: randomProgram(random, addresses) }
  return { to: toAddress(fromHex(pickOf(random, called))), data }
}

/** Attributes of the next block in JSON, with limits and parameters at their edges. */
export function extremeAttributes(random: Random, chain: Chain): Readonly<Record<string, unknown>> {
  const { hardforkTimes } = chain.config
  const isOn = (name: keyof typeof hardforkTimes) => hardforkTimes[name] !== undefined
  const { timestamp } = chain.head.header
  const gasLimit = random.chance(0.1)
    ? random.pick([0n, 5n, 50_000n, 2n ** 63n - 1n, 2n ** 63n, mostGas])
    : 30_000_000n
  const parameters = random.chance(0.7)
    ? [0n, 0n]
    : [random.pick([1n, 50n, 2n ** 32n - 1n]), random.pick([1n, 6n, 1_000_000n, 2n ** 32n - 1n])]
  const minBaseFee = random.chance(0.9) ? 0n : random.pick([10n ** 9n, mostGas])
  return {
    timestamp: toQuantity(timestamp + BigInt(random.between(random.chance(0.03) ? 0 : 1, 3))),
    prevRandao: toHex(random.bytes(32)),
    suggestedFeeRecipient: pickOf(random, addresses),
    transactions: extremeTransactions(random, chain).map(toHex),
    noTxPool: true,
    gasLimit: toQuantity(gasLimit),
    ...(isOn('canyon') && { withdrawals: [] }),
    ...(isOn('ecotone') && { parentBeaconBlockRoot: toHex(random.bytes(32)) }),
    ...(isOn('holocene') && {
      eip1559Params: toHex(join(parameters.map((each) => word(each).subarray(28)))),
    }),
    ...(isOn('jovian') && { minBaseFee: toQuantity(minBaseFee) }),
  }
}

/** An extreme or random amount: for example `have`, or the amount that makes a balance of `have` overflow. */
function anyWei(random: Random, have: bigint): bigint {
  return BigInt.asUintN(
    256,
    random.pick([
      most,
      have,
      fromBigEndian(random.bytes(32)),
      2n ** 255n,
      most - have + BigInt(random.between(0, 2)),
    ]),
  )
}

function randomAddress(random: Random): Address {
  return toAddress(random.bytes(20))
}

/** The same bytes, with one byte changed. */
function changed(random: Random, raw: Uint8Array): Uint8Array {
  const at = random.between(0, raw.length - 1)
  return raw.with(at, random.between(0, 255))
}

function envelope(type: number, fields: readonly RlpItem[]): Uint8Array {
  const body = encodeRlp(fields)
  return type === 0 ? body : join([Uint8Array.of(type), body])
}
