/** The times of the slots of a beacon chain. */
export interface SlotTimes {
  /** Unix seconds of slot 0. */
  readonly genesisTime: bigint
  /** Length of a slot in milliseconds. */
  readonly slotMs: bigint
}

const usualSlotMs = 12_000n

/** Genesis times of public beacon chains by the chain id of their execution chain. */
const publicGenesisTimes: ReadonlyMap<bigint, bigint> = new Map([
  [1n, 1_606_824_023n],
  [17_000n, 1_695_902_400n],
  [560_048n, 1_742_213_400n],
  [11_155_111n, 1_655_733_600n],
])

/** Slot times that an operator set. Each of them overrides the answers of the endpoints. */
export interface SlotSettings {
  readonly genesisTime: bigint | undefined
  readonly slotMs: bigint | undefined
}

/** The slot times of L1, shared by its beacon endpoints, since an archive may serve blobs but no slot times. */
export class SharedSlotTimes {
  readonly #settings: SlotSettings
  readonly #public: SlotTimes | undefined
  #answered: SlotTimes | undefined

  /** @param chainId of L1; its slot times are known if it is public */
  constructor(chainId: bigint, settings: SlotSettings) {
    this.#settings = settings
    const genesisTime = publicGenesisTimes.get(chainId)
    this.#public = genesisTime === undefined ? undefined : { genesisTime, slotMs: usualSlotMs }
  }

  /** The slot times of a public chain or from the settings; undefined if an endpoint has to be queried. */
  get known(): SlotTimes | undefined {
    if (this.#public !== undefined) return this.#withSettings(this.#public)
    const { genesisTime, slotMs } = this.#settings
    return genesisTime === undefined || slotMs === undefined ? undefined : { genesisTime, slotMs }
  }

  /** The slot times from another endpoint, for an endpoint that does not serve slot times. */
  get fallback(): SlotTimes | undefined {
    return this.#answered && this.#withSettings(this.#answered)
  }

  /** Notes the answer of an endpoint. Returns the slot times to use for this endpoint. */
  answered(times: SlotTimes): SlotTimes {
    this.#answered = times
    return this.#withSettings(times)
  }

  #withSettings(times: SlotTimes): SlotTimes {
    const { genesisTime = times.genesisTime, slotMs = times.slotMs } = this.#settings
    return { genesisTime, slotMs }
  }
}

/** The slot of a block. @param timestamp in Unix seconds */
export function slotAt({ genesisTime, slotMs }: SlotTimes, timestamp: bigint): bigint {
  return ((timestamp - genesisTime) * 1_000n) / slotMs
}
