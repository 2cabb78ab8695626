import {
  type Common,
  createCustomCommon,
  type CustomCrypto,
  type Hardfork,
  Mainnet,
} from '@ethereumjs/common'
import { createEVM, type EVM } from '@ethereumjs/evm'
import type { Account, Address as EvmAddress } from '@ethereumjs/util'
import type { Hardforks } from '#protocol/chains/hardforks.ts'
import { fromBigEndian } from '#protocol/codec/big-endian.ts'
import { keccak256 } from '#protocol/codec/keccak.ts'
import { recoverPublicKey } from '#runtime/crypto/secp256k1.ts'
import { EvmState } from '#execution-client/state/evm-state.ts'
import { WorldState } from '#execution-client/state/world-state.ts'
import { HashedKeys } from '#execution-client/state/hashed-keys.ts'
import type { ExecutionConfig } from './execution-config.ts'
import { verifyKzgProof } from './kzg.ts'
import { opPrecompiles } from './precompiles.ts'
import { heedWatches } from './step-watch.ts'

/** OP Stack hardforks that activate an Ethereum hardfork, newest first. */
const ethereumForks: readonly (readonly [op: keyof Hardforks, ethereum: Hardfork])[] = [
  ['isthmus', 'prague'],
  ['ecotone', 'cancun'],
  ['canyon', 'shanghai'],
]

/** Keeps one interpreter for each set of forks of a chain, since creating an interpreter takes milliseconds. */
export class Interpreters {
  readonly #config: ExecutionConfig
  readonly #made = new Map<string, Promise<EVM>>()
  #blockHash: (number: bigint) => Uint8Array = () => new Uint8Array(32)

  constructor(config: ExecutionConfig) {
    this.#config = config
  }

  /**
   * Returns the interpreter for a set of forks, on a state. Only one block may use an interpreter at a time.
   *
   * @param blockHash returns the hash of an ancestor, for BLOCKHASH
   */
  async on(
    world: WorldState,
    forks: Hardforks,
    blockHash: (number: bigint) => Uint8Array,
  ): Promise<EVM> {
    const key = JSON.stringify(forks)
    const making = this.#made.get(key) ?? this.#make(forks)
    this.#made.set(key, making)
    const evm = await making
    const state = new EvmState(world)
    this.#blockHash = blockHash
    evm.stateManager = state
    // The journal also has a private reference to the state.
    Object.assign(evm.journal, { stateManager: state })
    return evm
  }

  async #make(forks: Hardforks): Promise<EVM> {
    await patchInterpreter()
    const hasOsaka = forks.karst && this.#config.hasOsakaAtKarst
    const hardfork = hasOsaka
      ? 'osaka'
      : (ethereumForks.find(([name]) => forks[name])?.[1] ?? 'paris')
    const common = createCustomCommon(
      { chainId: Number(this.#config.chainId), name: 'op-stack' },
      Mainnet,
      { hardfork, customCrypto },
    )
    rememberEips(common)
    const blockchain = {
      getBlock: async (number: number) => ({ hash: () => this.#blockHash(BigInt(number)) }),
      putBlock: unused,
      shallowCopy: () => blockchain,
    }
    const evm = await createEVM({
      common,
      stateManager: new EvmState(emptyWorld()),
      blockchain,
      customPrecompiles: opPrecompiles(forks, { hasOsaka }),
    })
    return wrapTransfers(evm)
  }
}

type EcrecoverInput = Parameters<NonNullable<CustomCrypto['ecrecover']>>

const customCrypto: CustomCrypto = {
  keccak256,
  // The library calls only this method.
  kzg: {
    verifyProof: (...[commitment, z, y, proof]: readonly [string, string, string, string]) =>
      verifyKzgProof({ commitment, z, y, proof }),
  } as unknown as NonNullable<CustomCrypto['kzg']>,
  ecrecover: (...[hash, v, r, s, chainId]: EcrecoverInput): Uint8Array => {
    const offset = chainId === undefined ? 27n : 35n + 2n * chainId
    const yParity = Number(v > 1n ? v - offset : v)
    const key = recoverPublicKey(hash, { r: fromBigEndian(r), s: fromBigEndian(s), yParity })
    if (key === undefined) throw new RangeError('no key made this signature')
    return key
  },
}

/**
 * Makes balances wrap at 2^256 in transfers, as in op-geth. With the library's own method, such a transfer would fail.
 * The replacement adds without a check, and the state wraps the sum.
 */
function wrapTransfers(evm: EVM): EVM {
  const addToBalance = async (
    account: Account,
    { to, value }: { readonly to: EvmAddress; readonly value: bigint },
  ): Promise<void> => {
    account.balance += value
    await evm.journal.putAccount(to, account)
  }
  return Object.assign(evm, { _addToBalance: addToBalance })
}

/** Caches the results of `isActivatedEIP`. The library searches a list at every opcode, which takes 5 % of the time. */
function rememberEips(common: Common): void {
  const active = new Map<number, boolean>()
  const search = common.isActivatedEIP.bind(common)
  common.isActivatedEIP = (eip) => {
    const known = active.get(eip)
    if (known !== undefined) return known
    const found = search(eip)
    active.set(eip, found)
    return found
  }
}

type Analyse = (code: Uint8Array) => unknown

let patched: Promise<void> | undefined

/**
 * Replaces methods of the library's interpreter class. The class is not exported, so its prototype is taken from an
 * instance. Methods that a later release does not have are not replaced.
 */
function patchInterpreter(): Promise<void> {
  patched ??= (async () => {
    const prototype = await interpreterPrototype()
    if (prototype === undefined) return
    cacheJumpDestinations(prototype)
    heedWatches(prototype)
  })()
  return patched
}

async function interpreterPrototype(): Promise<Record<string, unknown> | undefined> {
  let prototype: Record<string, unknown> | undefined
  const common = createCustomCommon({ chainId: 1, name: 'probe' }, Mainnet, {
    hardfork: 'prague',
  })
  const probe = await createEVM({
    common,
    customOpcodes: [
      {
        opcode: 0x0c,
        opcodeName: 'PROBE',
        baseFee: 0,
        logicFunction: (run) => {
          prototype = Object.getPrototypeOf(run.interpreter) as Record<string, unknown>
        },
      },
    ],
  })
  await probe.runCode({ code: Uint8Array.of(0x0c), gasLimit: 100n })
  return prototype
}

/**
 * Caches the valid jump destinations of a code. To find the destinations at each call takes a fifth of the time of a
 * block.
 */
function cacheJumpDestinations(prototype: Record<string, unknown>): void {
  const analyse = prototype['_getValidJumpDestinations'] as Analyse | undefined
  if (typeof analyse !== 'function') return
  // The opcode table is a part of the key, since opcodes differ between forks.
  const known = new WeakMap<object, WeakMap<Uint8Array, unknown>>()
  prototype['_getValidJumpDestinations'] = function cached(
    this: { readonly _evm: { readonly _opcodeMap: object } },
    code: Uint8Array,
  ): unknown {
    const opcodes = this._evm._opcodeMap
    const byCode = known.get(opcodes) ?? new WeakMap<Uint8Array, unknown>()
    known.set(opcodes, byCode)
    const found = byCode.get(code)
    if (found !== undefined) return found
    const analysed = analyse.call(this, code)
    byCode.set(code, analysed)
    return analysed
  }
}

function emptyWorld(): WorldState {
  return new WorldState({ keys: new HashedKeys(), node: unused, code: unused })
}

function unused(): never {
  throw new Error('the interpreter has no state yet')
}
