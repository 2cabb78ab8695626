import { Command } from 'commander'
import { addHelpLines, fitHelp } from '#runtime/settings/settings-help.ts'
import { addBusCommands } from './commands/bus.ts'
import { addCompletionCommands } from './commands/completion.ts'
import { addConfigCommand } from './commands/config.ts'
import { addDeriveCommand } from './commands/derive.ts'
import { addDevnetCommand } from './commands/devnet.ts'
import { addDevnetPartCommands } from './commands/devnet-parts.ts'
import { addExecuteCommand } from './commands/execute.ts'
import { addExecutionClientCommands } from './commands/execution-client.ts'
import { addFlashblocksCommands } from './commands/flashblocks.ts'
import { addKeysCommands } from './commands/keys.ts'
import { addL1ReplayCommand } from './commands/l1-replay.ts'
import { addNodeCommand } from './commands/node.ts'
import { addPeersCommand } from './commands/peers.ts'
import { addRecordCommand } from './commands/record.ts'
import { addRewindCommand } from './commands/rewind.ts'
import { addServiceCommand } from './commands/service.ts'
import { addStatusCommand } from './commands/status.ts'
import { addVersionCommand } from './commands/version.ts'

/** The whole command line of `atoll`. */
export function createProgram(): Command {
  const program = fitHelp(new Command('atoll'))
    .description('An OP Stack rollup node as a fleet of services over NATS.')
    .showHelpAfterError('(atoll --help lists all commands)')
  addHelpLines(program, ['Each command lists all of its settings with --help.'])
  addDevnetCommand(program)
  addNodeCommand(program)
  addServiceCommand(program)
  addStatusCommand(program)
  addPeersCommand(program)
  addRewindCommand(program)
  addBusCommands(program)
  addKeysCommands(program)
  addFlashblocksCommands(program)
  addRecordCommand(program)
  addDeriveCommand(program)
  addExecuteCommand(program)
  addExecutionClientCommands(program)
  addL1ReplayCommand(program)
  addDevnetPartCommands(program)
  addConfigCommand(program)
  addCompletionCommands(program)
  addVersionCommand(program)
  // Errors are thrown to `main`, which sets the exit code.
  for (const command of allCommands(program)) command.exitOverride()
  return program
}

/** A command with all of its subcommands. */
function allCommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(allCommands)]
}
