/** The polynomial of Castagnoli, with its bits in reverse. */
const polynomial = 0x82_f6_3b_78

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte
  for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ ((rest & 1) === 1 ? polynomial : 0)
  return rest
})

/** The checksum CRC-32C. Spec: RFC 3720, appendix B.4 */
export function crc32c(data: Uint8Array): number {
  let rest = 0xff_ff_ff_ff
  for (const byte of data) rest = (table[(rest ^ byte) & 0xff] ?? 0) ^ (rest >>> 8)
  return (rest ^ 0xff_ff_ff_ff) >>> 0
}
