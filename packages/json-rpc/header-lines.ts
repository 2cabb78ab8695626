import { readFileSync } from 'node:fs'
import { Fault, isFault, toError } from '#runtime/fault.ts'
import { originOf } from './server-url.ts'

/** Headers by lower-case name. */
export type Headers = Readonly<Record<string, string>>

/** `Name: value`, with visible characters. RFC 9110, 5.1 and 5.5 */
const headerLine =
  /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)[ \t]*$/

/** Whether a text is a header, such as `Authorization: Bearer abc`. */
export function isHeaderLine(text: string): boolean {
  return headerLine.test(text)
}

/** Headers in a file, by the origin of the server that gets them. Headers without a section have the key `''`. */
export type HeaderSections = ReadonlyMap<string, Headers>

/** A line that begins the headers of one server, such as `[https://rpc.example]`. */
const sectionLine = /^\[([a-z]+:\/\/[^/\s\]]+)\/?\]$/iu

/**
 * Reads headers from lines `Name: value`. A line `[https://rpc.example]` begins the headers of one server. Empty lines
 * and lines that start with # are skipped.
 *
 * @param what names the text in the error, such as its file
 * @throws Fault `settings` that names the line, but not its content
 */
export function parseHeaderLines(text: string, what: string): HeaderSections {
  const sections = new Map<string, Record<string, string>>()
  let origin = ''
  for (const [at, line] of text.split(/\r?\n/u).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const [, section] = sectionLine.exec(line.trim()) ?? []
    if (section !== undefined) {
      origin = originOf(section)
      continue
    }
    const [, name, value] = headerLine.exec(line.trim()) ?? []
    if (name === undefined || value === undefined) {
      const detail = `${what}, line ${at + 1}: want a header, as in Name: value`
      throw new Fault('settings', { detail })
    }
    const headers = sections.get(origin) ?? {}
    headers[name.toLowerCase()] = value
    sections.set(origin, headers)
  }
  return sections
}

/** The flaw in the text of a file of headers; undefined if there is no flaw. */
export function headerLinesProblem(text: string): string | undefined {
  try {
    parseHeaderLines(text, 'it')
    return undefined
  } catch (error) {
    if (isFault(error)) return error.detail
    throw error
  }
}

/**
 * Reads the headers for each of several URLs from a file. Without a path, there are no headers. If the URLs belong to
 * several servers, headers without a section are refused, so that a key is never sent to the server of another
 * provider.
 *
 * @throws Fault `settings` if the file cannot be read, has a malformed line, or has headers without a section although
 *   the URLs belong to several servers
 */
export function readHeadersFile(
  path: string | undefined,
  urls: readonly string[],
): (url: string) => Headers {
  if (path === undefined) return () => ({})
  const sections = parseHeaderLines(readText(path), path)
  const origins = new Set(urls.map(originOf))
  const anonymous = sections.get('')
  if (anonymous !== undefined && origins.size > 1) {
    const [example = ''] = origins
    const detail = `${path}: there are several servers: write a line such as [${example}] above the headers of each server`
    throw new Fault('settings', { detail })
  }
  return (url) => ({ ...anonymous, ...sections.get(originOf(url)) })
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new Fault('settings', { detail: `${path}: ${toError(cause).message}`, cause })
  }
}
