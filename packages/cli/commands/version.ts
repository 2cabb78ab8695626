import { type Command, CommanderError } from 'commander'
import { print } from '#node/output.ts'
import { fullVersion } from '#runtime/version.ts'

/** Adds `atoll version` and `atoll --version`. Only these commands read the commit, since that takes a moment. */
export function addVersionCommand(program: Command): void {
  const summary = 'print the version, with the commit'
  program
    .command('version')
    .summary(summary)
    .description('Print the version, with the commit of the code if it is known.')
    .action(() => print(fullVersion()))
  program.option('-V, --version', summary).on('option:version', () => {
    print(fullVersion())
    throw new CommanderError(0, 'commander.version', '')
  })
}
