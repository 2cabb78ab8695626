import { Argument, type Command } from 'commander'
import { print } from '#node/output.ts'
import { programs } from '#cli/programs.ts'
import { describeSettings } from '#runtime/settings/settings.ts'

/** Completion scripts by shell. They call the command itself, so they stay valid over releases. */
const scripts: Readonly<Record<string, string>> = {
  bash: `_atoll() {
  local IFS=$'\\n'
  COMPREPLY=($(atoll complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}"))
}
complete -o default -F _atoll atoll`,
  zsh: `#compdef atoll
_atoll() {
  local -a found
  found=("\${(@f)$(atoll complete -- "\${(@)words[2,CURRENT]}")}")
  compadd -a found
}
compdef _atoll atoll`,
  fish: `complete -c atoll -f -a '(atoll complete -- (commandline -opc)[2..] (commandline -ct))'`,
}

const installs = `
Put the script where the shell finds it:
  bash  atoll completion bash > ~/.local/share/bash-completion/completions/atoll
  zsh   atoll completion zsh > "\${fpath[1]}/_atoll"
  fish  atoll completion fish > ~/.config/fish/completions/atoll.fish`

/** Adds `atoll completion`, and the hidden command that the scripts call. */
export function addCompletionCommands(program: Command): void {
  program
    .command('completion')
    .description('Print a script that completes the command in a shell.')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(scripts)))
    .addHelpText('after', installs)
    .action((shell: string) => print(scripts[shell]))
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action((words: readonly string[]) => {
      for (const word of completions(program, words)) print(word)
    })
}

/** Candidates for the last word. */
function completions(program: Command, words: readonly string[]): readonly string[] {
  const partial = words.at(-1) ?? ''
  let command = program
  let isArgument = false
  for (const word of words.slice(0, -1)) {
    const found = command.commands.find((candidate) => candidate.name() === word)
    if (found !== undefined) command = found
    else isArgument = !word.startsWith('-')
  }
  const names = command.commands
    .filter((candidate) => candidate.name() !== 'complete')
    .map((candidate) => candidate.name())
  const choices =
    command.name() === 'config'
      ? programWords(words.slice(words.indexOf('config') + 1, -1))
      : isArgument
        ? []
        : (command.registeredArguments[0]?.argChoices ?? [])
  return [...names, ...choices, ...flagsOf(command)].filter((word) => word.startsWith(partial))
}

/** Candidates for the next word of a program's name, as in `bus serve`. */
function programWords(given: readonly string[]): readonly string[] {
  const names = Object.keys(programs).map((name) => name.split(' '))
  const fitting = names.filter((name) => given.every((word, at) => name[at] === word))
  return [...new Set(fitting.flatMap((name) => name.slice(given.length, given.length + 1)))]
}

function flagsOf(command: Command): readonly string[] {
  const all = command.name() === 'config' ? Object.values(programs).flatMap(describeSettings) : []
  const options = command.options.filter(({ hidden }) => !hidden).map(({ long }) => long ?? '')
  return [...new Set([...all.map(({ flag }) => flag), ...options, '--help'])]
}
