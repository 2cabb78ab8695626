/** A follower re-reads a state this often, so that a lost message does not stall it. */
export const stateRereadMs = 1_000

/** First delay before a call is repeated whose result the caller has not seen in a state. */
export const resendMs = 500

/** How long to wait for the acknowledgement of a publish before it is repeated. Measured: 0.2 ms typical, 40 ms at 10 MiB. */
export const publishTimeoutMs = 250

/** Delay before a publish without a receiver is retried. */
export const publishPauseMs = 100

/** Timeout of a direct get. */
export const readTimeoutMs = 1_000

/** The holder renews its lease this often. */
export const leaseRenewMs = 2_000

/** The holder stops this long before its lease runs out. */
export const leaseMarginMs = 3_000

/** Limit on a message with its headers; a gossiped payload has up to 10 MiB. */
export const maxPayloadBytes = 12 * 1024 * 1024

/** Limit on the calls that a service handles at once; a further call fails with `busy`. */
export const maxCallsInFlight = 256

/** Limit on the total bytes of the requests of these calls; it exceeds the largest request. */
export const maxCallBytesInFlight = 64 * 1024 * 1024

/** Limit on the pushed entries of a log that wait for their reader; further ones are read from the store later. */
export const maxTailedEntries = 256

/** The same limit in bytes. */
export const maxTailedBytes = 32 * 1024 * 1024

/** Limit on the missed entries that a reader looks up. In a larger gap it reads the last ones and skips the others. */
export const maxGapReads = 64
