/** A block as shown on a screen: L1 or L2, as a value of the protocol or parsed from JSON. */
interface ShownBlock {
  readonly number: bigint | number
  readonly hash: string
}

/** Shortens a hash to its first four digits and its last two, such as `0xc115…fd`. */
export function shortHash(hash: string): string {
  return `${hash.slice(0, 6)}…${hash.slice(-2)}`
}

/** Formats a block in a few columns, such as `144:0xc115…fd`. */
export function shortBlock({ number, hash }: ShownBlock): string {
  return `${number}:${shortHash(hash)}`
}
