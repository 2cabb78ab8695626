import { type Command, CommanderError } from 'commander'
import { isNodeService, nodeServices } from '#cli/node/node-services.ts'

/** Adds `atoll service`. */
export function addServiceCommand(program: Command): void {
  const names = nodeServices.map(({ name }) => name).join(', ')
  program
    .command('service')
    .summary('run one service of a node: what a container does')
    .description(
      `Runs one service of a node: ${names}. Each tells its settings: atoll service NAME --help.`,
    )
    .argument('<name>', `which: ${names}`)
    .usage('<name> [settings]')
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(async (name: string, _options: unknown, command: Command) => {
      if (name === '--help' || name === '-h') {
        command.outputHelp()
        return
      }
      if (!isNodeService(name)) {
        const message = `error: there is no service ${name}; there are: ${names}`
        command.error(message)
        throw new CommanderError(2, 'atoll.service', message)
      }
      // It reads its settings from the command line, and ends the process.
      await import(`#services/${name}/main.ts`)
    })
}
