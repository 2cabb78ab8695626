/** A time in milliseconds that is comparable between processes of this machine. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
