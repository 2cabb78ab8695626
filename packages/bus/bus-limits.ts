/** Interval at which a follower re-reads a state, in case a pushed value was lost. */
export const stateRereadMs = 1_000

/** Delay before a call is repeated if its effect is not visible in the state of the called service. */
export const resendMs = 500

/** Timeout of a publish, after which it is repeated. An acknowledgement typically takes 0.2 ms, and 40 ms at 10 MiB. */
export const publishTimeoutMs = 250

/** Delay before the retry of a publish that failed for another reason than a timeout. */
export const publishPauseMs = 100

/** Timeout of a direct get. */
export const readTimeoutMs = 1_000

/** Interval at which the holder renews its lease. */
export const leaseRenewMs = 2_000

/** The holder stops this long before its lease expires. */
export const leaseMarginMs = 3_000

/** Limit on the size of a message with its headers. A gossiped payload has up to 10 MiB. */
export const maxPayloadBytes = 12 * 1024 * 1024

/** Limit on the calls that a service handles at a time. A further call fails with `busy`. */
export const maxCallsInFlight = 256

/** Limit on the total bytes of the requests that a service handles at a time. The limit exceeds the largest request. */
export const maxCallBytesInFlight = 64 * 1024 * 1024

/** Limit on the pushed entries of a log that wait for their reader. Further entries are read from the store later. */
export const maxTailedEntries = 256

/** Limit on the total bytes of the pushed entries of a log that wait for their reader. */
export const maxTailedBytes = 32 * 1024 * 1024

/** Limit on the missing entries that a reader looks up. Of a larger gap, the reader looks up only the last entries. */
export const maxGapReads = 64
