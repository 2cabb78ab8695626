import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { isHeaderLine, parseHeaderLines, readHeadersFile } from './header-lines.ts'

const folder = mkdtempSync(join(tmpdir(), 'atoll-headers-'))
after(() => rmSync(folder, { recursive: true }))

function file(text: string): string {
  const path = join(folder, 'headers')
  writeFileSync(path, text)
  return path
}

test('headers are read from lines, without empty lines and comments', () => {
  const text = '# key of the provider\nAuthorization: Bearer a.b:c\r\n\nX-Api-Key:abc\n'
  assert.deepEqual(Object.fromEntries(parseHeaderLines(text, 'file')), {
    '': { authorization: 'Bearer a.b:c', 'x-api-key': 'abc' },
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

test('if the headers file is missing, there is an error; if no file is given, there are no headers', () => {
  assert.deepEqual(readHeadersFile(undefined, ['http://a'])('http://a'), {})
  assert.throws(() => readHeadersFile('/nonexistent/headers', ['http://a']), { code: 'settings' })
})

test('headers of a section are sent to the server of that section only', () => {
  const path = file('[https://paid.example]\nX-Key: one\n[wss://other.example:8546/]\nX-Key: two\n')
  const urls = ['https://paid.example/v2', 'wss://other.example:8546', 'https://public.example']
  const headersOf = readHeadersFile(path, urls)
  assert.deepEqual(urls.map(headersOf), [{ 'x-key': 'one' }, { 'x-key': 'two' }, {}])
})

test('if there are several servers, headers without a section are refused', () => {
  const path = file('X-Key: one\n')
  assert.deepEqual(readHeadersFile(path, ['http://a/1', 'http://a/2'])('http://a/2'), {
    'x-key': 'one',
  })
  assert.throws(
    () => readHeadersFile(path, ['http://a', 'http://b']),
    /there are several servers: write a line such as \[http:\/\/a\] above/,
  )
})
