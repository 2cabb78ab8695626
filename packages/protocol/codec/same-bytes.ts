/** Whether two byte arrays are equal. This is several times as fast as a loop. */
export function areSameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && Buffer.compare(left, right) === 0
}
