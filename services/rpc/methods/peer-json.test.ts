import assert from 'node:assert/strict'
import { test } from 'node:test'
import { subnetFromJson, subnetToJson } from './peer-json.ts'

test('a subnet in the form of Go needs a mask of the length of its address', () => {
  for (const subnet of ['203.0.113.0/24', '0.0.0.0/0', 'fd00::/8'])
    assert.equal(subnetFromJson(subnetToJson(subnet)), subnet)
  const mask = (...bytes: readonly number[]) => Buffer.from(bytes).toString('base64')
  for (const Mask of ['', '!!', mask(255, 255), mask(...Array<number>(16).fill(255))])
    assert.throws(() => subnetFromJson({ IP: '203.0.113.0', Mask }), {
      name: 'DecodeError',
      message: /does not have the length of its address/,
    })
  assert.throws(() => subnetFromJson({ IP: '203.0.113.0', Mask: mask(255, 0, 255, 0) }), /has gaps/)
})
