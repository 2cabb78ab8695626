/** Whoever waits re-reads a state this often, so that no lost message stalls it. */
export const stateRereadMs = 1_000

/** A call whose effect does not show is repeated after this. */
export const resendMs = 500

/** How long to wait for the acknowledgement of a publish before it is repeated. Measured: 0.2 ms typical, 40 ms at 10 MiB. */
export const publishTimeoutMs = 250

/** A pause before a publish is repeated that nobody was there to take. */
export const publishPauseMs = 100

/** How long a direct get may take. */
export const readTimeoutMs = 1_000

/** The holder renews its lease this often. */
export const leaseRenewMs = 2_000

/** The holder stops this long before its lease runs out. */
export const leaseMarginMs = 3_000

/** What the largest message may have, with its headers: a gossiped payload has up to 10 MiB. */
export const maxPayloadBytes = 12 * 1024 * 1024

/** Calls that a service works on at once; the next one is told to try again. */
export const maxCallsInFlight = 256

/** The same in bytes of their requests; one of the largest fits. */
export const maxCallBytesInFlight = 64 * 1024 * 1024

/** Entries of a log that wait for their reader; past it, the rest is read from the store when there is room. */
export const maxTailedEntries = 256

/** The same in bytes. */
export const maxTailedBytes = 32 * 1024 * 1024

/** How many numbers without an entry are looked up before a reader jumps over a gap. */
export const maxGapReads = 64
