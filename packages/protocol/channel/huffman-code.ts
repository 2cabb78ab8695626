const maxCodeBits = 15

/** A prefix code as a lookup table indexed by the next bits of the input. Spec: RFC 1951, 3.2.2 */
export class HuffmanCode {
  /** Entry for the next bits: the symbol plus one, shifted left by four, plus the length of its code; 0 for no code. */
  readonly table: Uint16Array
  /** Mask for the bits of the longest code. */
  readonly mask: number
  /** Number of bits read before the lookup. */
  leastBits: number

  private constructor(lengths: Uint8Array, longest: number) {
    this.table = new Uint16Array(1 << longest)
    this.mask = this.table.length - 1
    this.leastBits = longest === 0 ? 0 : Math.min(...lengths.filter((length) => length > 0))
    let code = 0
    for (let length = 1; length <= longest; length++) {
      for (let symbol = 0; symbol < lengths.length; symbol++) {
        if (lengths[symbol] !== length) continue
        this.#enter(reversed(code++, length), length, ((symbol + 1) << 4) | length)
      }
      code <<= 1
    }
  }

  /**
   * Builds the code from the code length of each symbol, 0 for no code.
   *
   * @returns undefined if the code is incomplete. As in zlib, a single code of one bit is accepted,
   * and so is an empty code that is not used
   */
  static fromLengths(lengths: Uint8Array): HuffmanCode | undefined {
    const longest = Math.max(...lengths)
    let used = 0
    for (const length of lengths) if (length > 0) used += 1 << (maxCodeBits - length)
    const isSingle = longest === 1 && used === 1 << (maxCodeBits - 1)
    if (longest > 0 && used !== 1 << maxCodeBits && !isSingle) return undefined
    return new HuffmanCode(lengths, longest)
  }

  #enter(first: number, length: number, entry: number): void {
    for (let at = first; at < this.table.length; at += 1 << length) this.table[at] = entry
  }
}

/** Reverses the bits of a code, because codes are read with their first bit lowest. */
function reversed(code: number, length: number): number {
  let bits = 0
  for (let at = 0; at < length; at++) bits |= ((code >> at) & 1) << (length - 1 - at)
  return bits
}

function fixed(runs: readonly (readonly [count: number, length: number])[]): HuffmanCode {
  const lengths = runs.flatMap(([count, length]) => Array.from({ length: count }, () => length))
  const code = HuffmanCode.fromLengths(Uint8Array.from(lengths))
  if (code === undefined) throw new RangeError('the lengths do not form a code')
  return code
}

/** The fixed code for literals and lengths. Spec: RFC 1951, 3.2.6 */
export const fixedLiterals: HuffmanCode = fixed([
  [144, 8],
  [112, 9],
  [24, 7],
  [8, 8],
])

/** The fixed code for distances. */
export const fixedDistances: HuffmanCode = fixed([[32, 5]])
