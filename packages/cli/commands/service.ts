import type { Command } from 'commander'
import { nodeServices } from '#node/node-services.ts'

/** Adds `atoll service`. */
export function addServiceCommand(program: Command): void {
  const names = nodeServices.map(({ name }) => name).join(', ')
  program
    .command('service')
    .summary('run one service of a node, for example in a container')
    .description(`Runs one service of a node: ${names}. Its settings: atoll service NAME --help.`)
    .argument('<name>', `which: ${names}`)
    .usage('<name> [settings]')
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action((name: string, _options: unknown, command: Command) => {
      if (name === '--help' || name === '-h') {
        command.outputHelp()
        return
      }
      // `main` starts a known service without this command, so the name is unknown here.
      command.error(`error: there is no service ${name}; the services are: ${names}`)
    })
}
