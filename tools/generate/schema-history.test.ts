import assert from 'node:assert/strict'
import { test } from 'node:test'
import protobuf from 'protobufjs'
import { breaksOf, schemaOf } from './schema-history.ts'

/** The schema of a message with these lines. */
function schema(...fields: readonly string[]) {
  const source = `syntax = "proto3"; package p; enum E { A = 0; B = 1; } message M { ${fields.join(' ')} }`
  return schemaOf(protobuf.parse(source, { keepCase: true }).root)
}

const published = schema('uint64 a = 1;', 'bytes b = 2;', 'optional E e = 3;')

for (const { name, now, expected } of [
  { name: 'an unchanged schema', now: published, expected: [] },
  {
    name: 'a new field',
    now: schema('uint64 a = 1;', 'bytes b = 2;', 'optional E e = 3;', 'bool d = 4;'),
    expected: [],
  },
  {
    name: 'a removed field',
    now: schema('uint64 a = 1;', 'optional E e = 3;'),
    expected: ['p.M 2 was bytes b and is gone'],
  },
  {
    name: 'a reused field number',
    now: schema('uint64 a = 1;', 'bytes other = 2;', 'optional E e = 3;'),
    expected: ['p.M 2 was bytes b and is bytes other'],
  },
  {
    name: 'a type that changed',
    now: schema('uint32 a = 1;', 'bytes b = 2;', 'optional E e = 3;'),
    expected: ['p.M 1 was uint64 a and is uint32 a'],
  },
  {
    name: 'a field that became repeated',
    now: schema('uint64 a = 1;', 'repeated bytes b = 2;', 'optional E e = 3;'),
    expected: ['p.M 2 was bytes b and is repeated bytes b'],
  },
  {
    name: 'a field that is no longer optional',
    now: schema('uint64 a = 1;', 'bytes b = 2;', 'E e = 3;'),
    expected: ['p.M 3 was optional p.E e and is p.E e'],
  },
  {
    name: 'a field that moved into a oneof',
    now: schema('uint64 a = 1;', 'oneof o { bytes b = 2; }', 'optional E e = 3;'),
    expected: ['p.M 2 was bytes b and is bytes b of o'],
  },
] as const) {
  test(`compared with the published schema, ${name} ${expected.length === 0 ? 'is compatible' : 'is a breaking change'}`, () => {
    assert.deepEqual(breaksOf(published, now), expected)
  })
}

test('a removed message and a changed enum value are breaking changes', () => {
  const now = schemaOf(
    protobuf.parse('syntax = "proto3"; package p; enum E { A = 0; C = 1; }', { keepCase: true })
      .root,
  )
  assert.deepEqual(breaksOf(published, now), ['p.E 1 was B and is C', 'p.M is gone'])
})
