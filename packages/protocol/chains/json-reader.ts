import { DecodeError } from '#protocol/codec/decode-error.ts'
import { fromHex, type Hex, toHex } from '#protocol/codec/hex.ts'
import type { Address, Bytes32, Bytes8, Hash } from '#protocol/primitives.ts'

/** Largest integer up to which JSON numbers are exact. */
const maxSafe = BigInt(Number.MAX_SAFE_INTEGER)

/**
 * Reads the fields of a JSON object and collects problems. A missing or malformed value adds a problem and is read
 * as zero, so that reading continues.
 */
export class JsonReader {
  readonly #json: Readonly<Record<string, unknown>>
  readonly #path: string
  readonly #problems: string[]
  readonly #read = new Set<string>()

  constructor(json: unknown, path: string, problems: string[]) {
    const isObject = typeof json === 'object' && json !== null && !Array.isArray(json)
    if (!isObject) problems.push(`${path === '' ? 'the config' : path}: not an object`)
    this.#json = isObject ? (json as Record<string, unknown>) : {}
    this.#path = path
    this.#problems = problems
  }

  /** Whether the field is present and not null. */
  has(key: string): boolean {
    return this.#json[key] !== undefined && this.#json[key] !== null
  }

  object(key: string): JsonReader {
    return new JsonReader(this.#take(key), this.#pathOf(key), this.#problems)
  }

  uint(key: string): bigint {
    return this.optionalUint(key) ?? this.#missing(key, 0n)
  }

  optionalUint(key: string): bigint | undefined {
    if (!this.has(key)) return undefined
    const value = this.#take(key)
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0) {
      if (BigInt(value) <= maxSafe) return BigInt(value)
      this.#tell(key, `${value} is above 2^53, and may have been rounded`)
    } else this.#tell(key, `${shown(value)} is not a whole number`)
    return 0n
  }

  boolean(key: string): boolean {
    if (!this.has(key)) return false
    const value = this.#take(key)
    if (typeof value !== 'boolean') this.#tell(key, `${shown(value)} is neither true nor false`)
    return value === true
  }

  hash(key: string): Hash {
    return this.#bytes(key, 32) as Hash
  }

  address(key: string): Address {
    return this.#bytes(key, 20) as Address
  }

  bytes32(key: string): Bytes32 {
    return this.#bytes(key, 32) as Bytes32
  }

  bytes8(key: string): Bytes8 {
    return this.#bytes(key, 8) as Bytes8
  }

  /** Adds a problem for every field that was not read and is not in `meaningless`. */
  finish(meaningless: readonly string[]): void {
    for (const key of Object.keys(this.#json))
      if (!this.#read.has(key) && !meaningless.includes(key) && this.has(key))
        this.#tell(key, 'not known to this version')
  }

  #bytes(key: string, length: number): Hex {
    const zero = toHex(new Uint8Array(length))
    if (!this.has(key)) return this.#missing(key, zero)
    const value = this.#take(key)
    try {
      const bytes = fromHex(typeof value === 'string' ? value : '')
      if (bytes.length === length) return toHex(bytes)
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
    }
    this.#tell(key, `${shown(value)} is not ${length} bytes of hex`)
    return zero
  }

  #take(key: string): unknown {
    this.#read.add(key)
    return this.#json[key]
  }

  #missing<Value>(key: string, instead: Value): Value {
    this.#tell(key, 'missing')
    return instead
  }

  #tell(key: string, problem: string): void {
    this.#problems.push(`${this.#pathOf(key)}: ${problem}`)
  }

  #pathOf(key: string): string {
    return this.#path === '' ? key : `${this.#path}.${key}`
  }
}

/** Maximum number of characters of a value that a problem shows. */
const longestShown = 80

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? typeof value).slice(0, longestShown)
}
