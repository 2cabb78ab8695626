import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromRlp, toRlp } from 'viem'
import { DecodeError } from './decode-error.ts'
import { fromHex } from './hex.ts'
import { encodeRlp, type RlpItem } from './rlp.ts'
import { RlpScan } from './rlp-scan.ts'

const runs = { numRuns: Number(process.env['ATOLL_FUZZ_RUNS'] ?? 5_000) }

/** Scans an item, and all items nested in it. */
function walk(bytes: Uint8Array, scan: RlpScan, end: number): void {
  if ((bytes[scan.position] ?? 0) < 0xc0) {
    scan.string(end)
    return
  }
  const listEnd = scan.list(end)
  while (scan.position < listEnd) walk(bytes, scan, listEnd)
  scan.leave(listEnd)
}

function isCanonical(check: () => void): boolean {
  try {
    check()
    return true
  } catch (error) {
    assert.ok(error instanceof DecodeError, String(error))
    return false
  }
}

/** Whether viem decodes the bytes and encodes the value to the same bytes; viem also decodes longer forms. */
function isCanonicalForViem(bytes: Uint8Array): boolean {
  try {
    return Buffer.from(bytes).equals(toRlp(fromRlp(bytes, 'bytes'), 'bytes'))
  } catch (error) {
    assert.ok(error instanceof Error)
    return false
  }
}

const { item } = fc.letrec<{ item: RlpItem }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'scan' },
    fc.uint8Array({ maxLength: 70 }),
    fc.array(tie('item'), { maxLength: 6, depthIdentifier: 'scan' }),
  ),
}))

test('encoded data can be scanned, and corrupted data can be scanned if and only if the data decodes', () => {
  fc.assert(
    fc.property(item, fc.nat(), fc.nat({ max: 255 }), (value, place, byte) => {
      const bytes = encodeRlp(value)
      const scan = new RlpScan(bytes, 0)
      walk(bytes, scan, bytes.length)
      assert.equal(scan.position, bytes.length)

      bytes[place % bytes.length] = byte
      const passes = isCanonical(() => {
        const again = new RlpScan(bytes, 0)
        walk(bytes, again, bytes.length)
        again.leave(bytes.length)
      })
      assert.equal(passes, isCanonicalForViem(bytes))
    }),
    runs,
  )
})

test('arbitrary bytes can be scanned if and only if they decode', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      const passes = isCanonical(() => {
        const scan = new RlpScan(bytes, 0)
        walk(bytes, scan, bytes.length)
        scan.leave(bytes.length)
      })
      assert.equal(passes, isCanonicalForViem(bytes))
    }),
    runs,
  )
})

const scanOf = (hex: string) => {
  const bytes = fromHex(hex)
  return { scan: new RlpScan(bytes, 0), end: bytes.length }
}

test('a number with a leading zero, or with more bytes than the limit, is refused', () => {
  for (const hex of ['0x80', '0x01', '0x7f', '0x8180', '0x820100']) {
    const { scan, end } = scanOf(hex)
    scan.uint(2, end)
    assert.equal(scan.position, end)
  }
  for (const hex of ['0x00', '0x8100', '0x820001', '0x83010000', '0xc0', '0x']) {
    const { scan, end } = scanOf(hex)
    assert.throws(() => scan.uint(2, end), { name: 'DecodeError' })
  }
})

test('a string of another length than the given one is refused', () => {
  const { scan, end } = scanOf('0x820000')
  scan.fixed(2, end)
  for (const hex of ['0x8180', '0x83000000', '0xc20000']) {
    const { scan, end } = scanOf(hex)
    assert.throws(() => scan.fixed(2, end), { name: 'DecodeError' })
  }
})
