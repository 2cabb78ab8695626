/** What is random in the oracle's tests; `npm run test:execution -- --oracle` gives a new one each time. */
export const oracleSeed = Number(process.env['ATOLL_SEED'] ?? 1)
