import { fromHex, type Hex } from '#protocol/codec/hex.ts'
import type { Random } from '#runtime/random.ts'

/** Opcodes by the number of stack items that they take. An opcode that is listed twice is drawn twice as often. */
const opcodes: readonly (readonly [takes: number, codes: string])[] = [
  [0, '30323334363a38363d4142434445464748585a595f4a'],
  [1, '1519313135353b3f40495154545c50'],
  [2, '0102030405060b0a1011121314161718201a1b1c1d525355555555555da0'],
  [3, '08093739a15e3ef0f0'],
  [4, '3ca2f5f5'],
  [6, 'f4faf4faa4'],
  [7, 'f1f1f1f2'],
]

const rareOpcodes = '00f3fdfeff1e'

/** Init code of random opcodes. The code ends early if an opcode fails, such as an opcode of a later fork. */
export function randomProgram(random: Random, addresses: readonly Hex[]): Uint8Array {
  const parts: Uint8Array[] = []
  const length = random.between(5, 40)
  for (let at = 0; at < length; at++) {
    const [takes, codes] = pickOf(random, opcodes)
    const code = random.chance(0.02) ? rareOpcodes : codes
    for (let operand = 0; operand < takes; operand++) parts.push(randomPush(random, addresses))
    const opcode = fromHex(`0x${code}`)
    parts.push(Uint8Array.of(opcode[random.between(0, opcode.length - 1)] ?? 0))
  }
  // Half of the programs return code, which may begin with a forbidden 0xef.
  const first = random.pick([0x60, 0x00, 0x5f, 0xef])
  const size = random.between(0, 63)
  if (random.chance(0.5))
    parts.push(Uint8Array.of(0x60, first, 0x60, 0, 0x53, 0x60, size, 0x60, 0, 0xf3))
  return join(parts)
}

function randomPush(random: Random, addresses: readonly Hex[]): Uint8Array {
  const kind = random.next()
  const value =
    kind < 0.8
      ? random.bytes(1)
      : kind < 0.88
        ? random.bytes(2)
        : kind < 0.96
          ? fromHex(pickOf(random, addresses))
          : random.bytes(32)
  return join([Uint8Array.of(0x5f + value.length), value])
}

/** A call of a precompile. Its input is `data`, padded with zeros up to `size`. */
interface Probe {
  readonly precompile: number
  readonly size: number
  readonly data?: Uint8Array
}

/** The test vector of RIP-7212. */
const p256Example = fromHex(
  '0x4cee90eb86eaa050036147a12d49004b6b9c72bd725d39d4785011fe190f0b4da73bd4903f0ce3b639bbbf6e8e80d16931ff4bcf5993d58468e8fb19086e8cac36dbcd03009df8c59286b162af3bd7fcc0450c9aa81be5d10d312af6c66b1d604aebd3099c618202fcfe16ae7770b0c49ab5eadf74b754204a3bb6060e44eff37618b065f9832de4ca6ca971a7a1adc826d0f7c00181a5fb2ddf79ae00b4e10e',
)

/** The generator of bn256, twice. */
const bnPoints = join([1, 2, 1, 2].map((number) => word(BigInt(number))))

/** Sizes of inputs of zeros, which encode points at infinity: at each fork's limit, above it, and invalid sizes. */
const zeroSizes: readonly (readonly [precompile: number, sizes: readonly number[]])[] = [
  [0x06, [0, 128]],
  [0x08, [0, 100, 192, 576, 112_512, 112_704]],
  [0x0b, [100, 256]],
  [0x0c, [160, 513_760, 513_920]],
  [0x0d, [512]],
  [0x0e, [288, 488_448, 488_736]],
  [0x0f, [0, 384, 235_008, 235_392]],
  [0x10, [64]],
  [0x11, [127, 128]],
  [0x12, [5]],
  [0x100, [10]],
]

/** Calldata of the prober: address, gas, size and input. */
export function randomProbe(random: Random): Uint8Array {
  const { precompile, size, data = new Uint8Array(0) } = randomInput(random)
  const gas = random.chance(1 / 6) ? random.between(0, 100_000) : 26_000_000
  return join([word(BigInt(precompile)), word(BigInt(gas)), word(BigInt(size)), data])
}

function randomInput(random: Random): Probe {
  if (random.chance(0.4)) {
    const [precompile, sizes] = pickOf(random, zeroSizes)
    return { precompile, size: pickOf(random, sizes) }
  }
  const precompile = random.pick([1, 2, 3, 4, 5, 6, 7, 9, 10, 0x100, 0x100])
  const data = dataFor(precompile, random)
  const changed = random.chance(0.1) ? flipped(data, random) : data
  return { precompile, size: changed.length, data: changed }
}

function dataFor(precompile: number, random: Random): Uint8Array {
  switch (precompile) {
    case 5: {
      const lengths = Array.from({ length: 3 }, () => random.between(0, 70))
      const operands = random.bytes(lengths.reduce((sum, length) => sum + length))
      return join([...lengths.map((length) => word(BigInt(length))), operands])
    }
    case 6:
      return bnPoints
    case 7:
      return join([bnPoints.subarray(0, 64), random.bytes(32)])
    case 9:
      return join([Uint8Array.of(0, 0, 0, 7), random.bytes(208), Uint8Array.of(1)])
    case 10:
      return random.bytes(192)
    case 0x100:
      return p256Example
    default:
      return random.bytes(random.between(0, 300))
  }
}

function flipped(data: Uint8Array, random: Random): Uint8Array {
  const at = random.between(0, data.length - 1)
  return data.map((byte, index) => (index === at ? byte ^ 1 : byte))
}

/** A number as the EVM reads it from calldata. */
export function word(value: bigint): Uint8Array {
  return fromHex(`0x${value.toString(16).padStart(64, '0')}`)
}

/** Concatenates bytes. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts))
}

/** A random item of a list. */
export function pickOf<Item>(random: Random, items: readonly Item[]): Item {
  const item = items[random.between(0, items.length - 1)]
  if (item === undefined) throw new RangeError('there is nothing to pick from')
  return item
}
