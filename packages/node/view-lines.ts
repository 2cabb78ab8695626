import type { BlockId } from '#protocol/block/refs.ts'
import { wrap } from '#runtime/screen/lines.ts'
import { shortBlock } from '#runtime/screen/short-block.ts'
import type { NodeView } from './node-view.ts'
import { isOptional, nodeServices } from './node-services.ts'

/** Formats a node's heads and services as a table of at most `width` columns. */
export function viewLines(
  { chain, l1, targets, services }: NodeView,
  width: number,
): readonly string[] {
  return [
    `L1  head      ${shown(l1?.head)}`,
    `    safe      ${shown(l1?.safe)}`,
    `    finalized ${shown(l1?.finalized)}`,
    `    derived   ${shown(targets?.currentL1)}`,
    `L2  unsafe    ${shown(chain?.unsafe)}`,
    `    safe      ${shown(chain?.safe)}`,
    `    finalized ${shown(chain?.finalized)}`,
    ...nodeServices.flatMap(({ name }) => {
      const status = services.get(name)
      if (status === undefined && isOptional(name)) return []
      const wait = status?.wait
      const waits = wait === undefined ? '' : `: ${wait.what}; ${wait.next}`
      const line = `${name.padEnd(13)} ${status?.phase ?? 'not reported yet'}${waits}`
      return wrap(line, { width, indent: 16 })
    }),
  ]
}

/** Formats a node's heads in one line. */
export function viewLine({ chain, l1 }: NodeView): string {
  const { unsafe, safe, finalized } = chain ?? {}
  const numbers = [unsafe, safe, finalized].map((block) => String(block?.number ?? '–'))
  return `L1 ${l1?.head.number ?? '–'}  L2 unsafe ${numbers[0]} safe ${numbers[1]} finalized ${numbers[2]}`
}

function shown(block: BlockId | undefined): string {
  return block === undefined ? '–' : shortBlock(block)
}

/** A node's heads and services, for a table or a line. */
export function shownView(view: NodeView) {
  return { lines: (width: number) => viewLines(view, width), line: () => viewLine(view) }
}
