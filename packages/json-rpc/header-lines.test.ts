import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isHeaderLine, parseHeaderLines, readHeadersFile } from './header-lines.ts'

test('headers are read from lines, without empty lines and comments', () => {
  const text = '# key of the provider\nAuthorization: Bearer a.b:c\r\n\nX-Api-Key:abc\n'
  assert.deepEqual(parseHeaderLines(text, 'file'), {
    authorization: 'Bearer a.b:c',
    'x-api-key': 'abc',
  })
})

test('a malformed header is an error that names the line and not its content', () => {
  for (const line of ['secret', 'Name:', 'Na me: x', 'Name: \u00e9', ': x'])
    assert.throws(
      () => parseHeaderLines(`A: b\n${line}`, 'headers.txt'),
      (error: Error) => {
        assert.equal(
          error.message,
          'settings: headers.txt, line 2: want a header, as in Name: value',
        )
        return true
      },
    )
  assert.equal(isHeaderLine('A: b'), true)
  assert.equal(isHeaderLine('A: b\nC: d'), false)
})

test('a headers file that is missing is an error, and no file means no headers', () => {
  assert.deepEqual(readHeadersFile(undefined), {})
  assert.throws(() => readHeadersFile('/nonexistent/headers'), { code: 'settings' })
})
