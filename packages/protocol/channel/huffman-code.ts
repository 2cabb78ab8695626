const maxCodeBits = 15

/** A prefix code as a table that is looked up by the bits that come next. Spec: RFC 1951, 3.2.2 */
export class HuffmanCode {
  /** For each next bits: the symbol plus one, shifted left by four, and the length of its code; 0 for none. */
  readonly table: Uint16Array
  /** Picks as many bits as the longest code has. */
  readonly mask: number
  /** How many bits are read before looking. */
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
   * The code in which each symbol has a code of that length, 0 for none.
   *
   * @returns undefined unless every sequence of bits is a code; as in zlib, a single code of one bit may stand alone,
   * and there may be none at all, as long as none is used
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

/** Codes come with their first bit lowest. */
function reversed(code: number, length: number): number {
  let bits = 0
  for (let at = 0; at < length; at++) bits |= ((code >> at) & 1) << (length - 1 - at)
  return bits
}

function fixed(runs: readonly (readonly [count: number, length: number])[]): HuffmanCode {
  const lengths = runs.flatMap(([count, length]) => Array.from({ length: count }, () => length))
  const code = HuffmanCode.fromLengths(Uint8Array.from(lengths))
  if (code === undefined) throw new RangeError('the lengths are no code')
  return code
}

/** The code for literals and lengths of a block that brings none. Spec: RFC 1951, 3.2.6 */
export const fixedLiterals: HuffmanCode = fixed([
  [144, 8],
  [112, 9],
  [24, 7],
  [8, 8],
])

/** The same for distances. */
export const fixedDistances: HuffmanCode = fixed([[32, 5]])
