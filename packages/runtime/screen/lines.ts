/** Width of a terminal that does not report its width, and of an output that is not a terminal. */
export const usualWidth = 80

/** A part of `tty.WriteStream`, such as `process.stdout`. */
interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
}

/** The number of columns of an output. A terminal that reports no size reports 0. */
export function widthOf({ isTTY, columns }: Output): number {
  return isTTY === true && columns !== undefined && columns > 0 ? columns : usualWidth
}

/** The width at which sentences are wrapped. Output to a file or pipe is not wrapped, since it is searched by line. */
export function wrapWidthOf(output: Output): number {
  return output.isTTY === true ? widthOf(output) : Infinity
}

/**
 * Splits a text at spaces into lines of at most `width` columns. A longer word, such as a path, gets a line of its own.
 *
 * @param indent number of spaces before each line but the first
 */
export function wrap(
  text: string,
  { width, indent }: { readonly width: number; readonly indent: number },
): readonly string[] {
  const lines: string[] = []
  const spaces = ' '.repeat(Math.max(0, Math.min(indent, width - 1)))
  let rest = text
  while (rest.length > width) {
    // Spaces at the beginning are an indent, and a line cannot end there.
    const begin = rest.search(/\S/u)
    const last = rest.lastIndexOf(' ', width)
    const end = last > begin ? last : rest.indexOf(' ', begin)
    if (begin < 0 || end < begin) break
    lines.push(rest.slice(0, end))
    rest = spaces + rest.slice(end + 1)
  }
  return [...lines, rest]
}

/** Shortens a text to `width` columns, at a space: a number without its last digits would look like another number. */
export function cut(text: string, width: number): string {
  if (text.length <= width) return text
  const end = text.lastIndexOf(' ', width - 2)
  return `${text.slice(0, Math.max(0, end))} …`
}

/** Writes lines to standard error. On a terminal, each line is wrapped, and its continuation is indented further. */
export function writeError(text: string): void {
  const width = wrapWidthOf(process.stderr)
  const lines = text.split('\n').flatMap((line) => {
    const indent = Math.max(0, line.search(/\S/u)) + 2
    return wrap(line, { width, indent })
  })
  process.stderr.write(`${lines.join('\n')}\n`)
}
