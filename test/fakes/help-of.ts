import type { Command } from 'commander'

/** The help of a command, as it is printed on a terminal of a width. */
export function helpOf(command: Command, width: number): string {
  let text = ''
  command.configureOutput({
    getOutHelpWidth: () => width,
    writeOut: (part) => {
      text += part
    },
  })
  command.outputHelp()
  return text
}
