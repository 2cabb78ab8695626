import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { fromHex, type Hex, toAddress, toHash, toHex } from '#protocol/codec/hex.ts'
import { encodeDeposit } from '#protocol/transaction/deposit.ts'
import type { Random } from '#runtime/random.ts'
import { join, pickOf, randomProbe, randomProgram, word } from './random-code.ts'

const l1Block = '0x4200000000000000000000000000000000000015'
const l1Depositor = '0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001'
const prober = '0x5000000000000000000000000000000000000002'
const factory = '0x5000000000000000000000000000000000000003'

/** Sets slots to values, given as pairs of words in the calldata. L1Block has this code too. */
const storingCode = '0x36603f16601f5760005b80361115601f5780602001358135556040016009565b00'

/**
 * Contracts that each do one thing. `op-geth/contracts.go` has their assembly. The contracts avoid cases in which EDR
 * fails or differs from op-geth:
 *
 * - EDR makes no system calls, so the contracts of EIP-4788 and EIP-2935 are missing.
 * - EDR's withdrawals root is always the empty one, so the message passer is missing.
 * - EDR reads fee parameters for each transaction, op-geth once a block, so only the first transaction calls L1Block.
 * - Without Ecotone's parameters EDR charges no L1 fee in Ecotone, and op-geth uses Bedrock's formula, so the
 *   parameters are always set.
 * - EDR loses a code when one of several contracts with that code destroys itself, so the code that `factory` creates
 *   is unique.
 */
export const contracts: Readonly<Record<Hex, Hex>> = {
  [l1Block]: storingCode,
  '0x5000000000000000000000000000000000000001': storingCode,
  // Calls a precompile, and stores the outcome, and the length and hash of the returned data.
  [prober]:
    '0x606036036060600037600060006040356000600035602035fa6001016000553d6001553d600060003e3d60002060025500',
  // Creates a contract and calls it. The contract then destroys itself.
  [factory]:
    '0x6c63600035ff6000526004601cf3600052600d601334f060003560005260006000602060006000855af100',
  // Four contracts: one reverts, one logs its calldata, one stores until the gas is used up, one destroys itself.
  '0x5000000000000000000000000000000000000004': '0x600160005560003560005260206000fd',
  '0x5000000000000000000000000000000000000005': '0x36600060003760336044366000a200',
  '0x5000000000000000000000000000000000000006': '0x5b6001600055600056',
  '0x5000000000000000000000000000000000000007': '0x600035ff00',
}

const called = (Object.keys(contracts) as Hex[]).filter((address) => address !== l1Block)

/**
 * Accounts that sign, and senders of deposits. Each sender has one deposit a block, because EDR counts the nonces of
 * senders.
 */
const signers = Array.from({ length: 8 }, (_, at) =>
  privateKeyToAccount(toHex(word(BigInt(at + 1)))),
)
const depositors = Array.from(
  { length: 4 },
  (_, at) => `0xd0000000000000000000000000000000000000${at}0` as const,
)

const chainId = 777

/** A genesis in geth's form, with all forks up to the given one active. */
export function genesisJson(hardfork: string): object {
  const ether = (10n ** 21n).toString()
  const coded = Object.entries(contracts).map(
    ([address, code]) => [address, { code, nonce: 1 }] as const,
  )
  const funded = [...signers.map(({ address }) => address), ...depositors].map(
    (address) => [address.toLowerCase(), { balance: ether }] as const,
  )
  return {
    config: {
      chainId,
      optimism: { eip1559Elasticity: 6, eip1559Denominator: 250, eip1559DenominatorCanyon: 250 },
      [`${hardfork}Time`]: 0,
    },
    timestamp: 1_700_000_000,
    gasLimit: 60_000_000,
    baseFeePerGas: 1_000_000_000,
    coinbase: '0x4200000000000000000000000000000000000011',
    alloc: { ...Object.fromEntries(coded), ...Object.fromEntries(funded) },
  }
}

/**
 * Sends random transactions for a block.
 *
 * @param send returns whether a transaction was accepted
 */
export async function sendRandomBlock(
  random: Random,
  send: (raw: Hex) => Promise<boolean>,
): Promise<void> {
  if (random.chance(0.9)) await send(l1Attributes(random))
  for (const from of depositors.slice(random.between(0, depositors.length)))
    await send(randomDeposit(random, from))
  const nonces = new Map<PrivateKeyAccount, number>()
  for (let left = random.between(2, 12); left > 0; left--) {
    const signer = pickOf(random, signers)
    const nonce = nonces.get(signer) ?? 0
    if (await send(await randomTransaction(random, signer, nonce))) nonces.set(signer, nonce + 1)
  }
}

/** A deposit that sets the fee parameters. */
function l1Attributes(random: Random): Hex {
  // The scalars are small enough that the accounts can pay the fees.
  const scalars = join([new Uint8Array(17), random.bytes(3), new Uint8Array(1), random.bytes(3)])
  const slots: [slot: number, value: Uint8Array][] = [
    [1, word(BigInt(random.between(0, 50_000_000_000)))],
    [5, word(BigInt(random.between(0, 3_000)))],
    [6, word(BigInt(random.between(0, 2_000_000)))],
    [3, join([scalars, new Uint8Array(8)])],
    [7, word(BigInt(random.between(1, 1_000_000_000)))],
  ]
  // The operator fee's scalar and constant, which apply from Isthmus on.
  if (random.chance(0.7)) {
    const operator = [new Uint8Array(21), random.bytes(3), new Uint8Array(3), random.bytes(5)]
    slots.push([8, join(operator)])
  }
  const data = join(slots.flatMap(([slot, value]) => [word(BigInt(slot)), value]))
  return deposit(random, { from: l1Depositor, to: l1Block, data, gas: 1_000_000n })
}

function randomDeposit(random: Random, from: Hex): Hex {
  return deposit(random, {
    ...randomTarget(random),
    from,
    gas: random.pick([21_000n, 30_000n, 100_000n, 500_000n, 2_000_000n]),
    mint: random.chance(0.5) ? wei(random, 1e17) : 0n,
    value: random.chance(0.5) ? wei(random, 1e17) : 0n,
  })
}

interface DepositParts extends Target {
  readonly from: Hex
  readonly gas: bigint
  readonly mint?: bigint
  readonly value?: bigint
}

function deposit(random: Random, parts: DepositParts): Hex {
  const { from, to, data, gas, mint = 0n, value = 0n } = parts
  const raw = encodeDeposit({
    sourceHash: toHash(random.bytes(32)),
    from: toAddress(fromHex(from)),
    to: to === undefined ? undefined : toAddress(fromHex(to)),
    mint,
    value,
    gas,
    isSystemTransaction: false,
    data,
  })
  return toHex(raw)
}

/** EDR accepts no transactions of type 4. */
type TransactionKind = 'legacy' | 'eip2930' | 'eip1559'

async function randomTransaction(
  random: Random,
  signer: PrivateKeyAccount,
  nonce: number,
): Promise<Hex> {
  const { to, data, gas } = randomTarget(random)
  const common = {
    chainId,
    nonce,
    gas: gas ?? random.pick([21_000n, 60_000n, 200_000n, 500_000n, 1_000_000n]),
    to,
    data: toHex(data),
    value: random.chance(0.3) ? wei(random, 1e15) : 0n,
  }
  const feeCap = 2_000_000_000n + wei(random, 3e9)
  const accessList = random.chance(0.5)
    ? [{ address: pickOf(random, called), storageKeys: [toHex(word(1n)), toHex(word(2n))] }]
    : []
  switch (random.pick<TransactionKind>(['legacy', 'eip2930', 'eip1559', 'eip1559'])) {
    case 'legacy':
      return signer.signTransaction({ ...common, type: 'legacy', gasPrice: feeCap })
    case 'eip2930':
      return signer.signTransaction({ ...common, type: 'eip2930', gasPrice: feeCap, accessList })
    case 'eip1559': {
      const fees = { maxFeePerGas: feeCap, maxPriorityFeePerGas: wei(random, 2e9) }
      return signer.signTransaction({ ...common, ...fees, type: 'eip1559', accessList })
    }
  }
}

interface Target {
  /** Absent for the creation of a contract. */
  readonly to?: Hex
  readonly data: Uint8Array
  /** Absent for a random gas limit. */
  readonly gas?: bigint
}

type TargetKind = 'contract' | 'probe' | 'factory' | 'account' | 'program'

const targetKinds: readonly [TargetKind, ...TargetKind[]] = [
  'contract',
  'probe',
  'probe',
  'factory',
  'account',
  'program',
  'program',
]

function randomTarget(random: Random): Target {
  const addresses = [...called, ...depositors, toHex(random.bytes(20))]
  switch (random.pick(targetKinds)) {
    case 'contract': {
      const words = Array.from({ length: 4 }, () => word(BigInt(random.between(0, 4))))
      const data = random.chance(0.7) ? join(words) : random.bytes(random.between(0, 100))
      return { to: pickOf(random, called), data }
    }
    case 'probe':
      return { to: prober, data: randomProbe(random), gas: 29_000_000n }
    case 'factory':
      return { to: factory, data: join([new Uint8Array(12), fromHex(pickOf(random, addresses))]) }
    case 'account': {
      const own = toHex(word(BigInt(random.between(0, 18))).subarray(12))
      return { to: random.chance(0.5) ? own : pickOf(random, addresses), data: random.bytes(40) }
    }
    case 'program':
      return { data: randomProgram(random, addresses) }
  }
}

function wei(random: Random, below: number): bigint {
  return BigInt(random.between(0, below - 1))
}
