import { readFileSync } from 'node:fs'
import { Fault, toError } from '#runtime/fault.ts'

/** Headers by lower-case name. */
export type Headers = Readonly<Record<string, string>>

/** `Name: value`, with visible characters. RFC 9110, 5.1 and 5.5 */
const headerLine =
  /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)[ \t]*$/

/** Whether a text is a header, such as `Authorization: Bearer abc`. */
export function isHeaderLine(text: string): boolean {
  return headerLine.test(text)
}

/**
 * Reads headers from lines `Name: value`; empty lines and lines that start with # are skipped.
 *
 * @param what names the text in the error, such as its file
 * @throws Fault `settings` that names the line, but not its content
 */
export function parseHeaderLines(text: string, what: string): Headers {
  const headers: Record<string, string> = {}
  for (const [at, line] of text.split(/\r?\n/u).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const [, name, value] = headerLine.exec(line.trim()) ?? []
    if (name === undefined || value === undefined)
      throw new Fault('settings', {
        detail: `${what}, line ${at + 1}: want a header, as in Name: value`,
      })
    headers[name.toLowerCase()] = value
  }
  return headers
}

/** Reads headers from a file; undefined: none. @throws Fault `settings` if it cannot be read, or has a malformed line */
export function readHeadersFile(path: string | undefined): Headers {
  if (path === undefined) return {}
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new Fault('settings', { detail: `${path}: ${toError(cause).message}`, cause })
  }
  return parseHeaderLines(text, path)
}
