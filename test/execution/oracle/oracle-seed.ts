/** Seed of the oracle tests. `npm run test:execution -- --oracle` sets a new seed each time. */
export const oracleSeed = Number(process.env['ATOLL_SEED'] ?? 1)
