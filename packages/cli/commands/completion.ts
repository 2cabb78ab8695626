import { Argument, type Command } from 'commander'
import { print } from '#node/output.ts'
import { completions } from '#cli/completions.ts'
import { addHelpLines } from '#runtime/settings/settings-help.ts'

/**
 * Completion scripts by shell. The scripts call `atoll` itself, so they stay valid after an upgrade. If the command
 * has no candidates, the scripts complete files.
 */
const scripts: Readonly<Record<string, string>> = {
  bash: `_atoll() {
  local IFS=$'\\n'
  COMPREPLY=($(atoll complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _atoll atoll`,
  zsh: `#compdef atoll
_atoll() {
  local -a found
  found=("\${(@f)$(atoll complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n $found[1] ]]; then
    compadd -a found
  else
    [[ $PREFIX == --*=* ]] && compset -P '*='
    _files
  fi
}
if [[ $funcstack[1] == _atoll ]]; then _atoll "$@"; else compdef _atoll atoll; fi`,
  fish: `function __atoll_complete
    set -l words (commandline -opc)
    set -e words[1]
    set -l last (commandline -ct)
    set -l found (atoll complete -- $words "$last" 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        set -l flag (string match -r '^--[^=]*=' -- "$last")
        for path in (__fish_complete_path (string replace -r '^--[^=]*=' '' -- "$last"))
            echo "$flag$path"
        end
    end
end
complete -c atoll -f -a '(__atoll_complete)'`,
}

const installs = [
  'Put the script where the shell finds it:',
  '  bash  ~/.local/share/bash-completion/completions/atoll',
  '  zsh   _atoll, in a folder of $fpath',
  '  fish  ~/.config/fish/completions/atoll.fish',
  '',
  'For example: atoll completion fish > ~/.config/fish/completions/atoll.fish',
]

/** Adds `atoll completion`, and the hidden command that the scripts call. */
export function addCompletionCommands(program: Command): void {
  const completion = program
    .command('completion')
    .summary('print a script for completion in a shell')
    .description(
      'Print a script that completes commands, settings and values in a shell, such as services and networks.',
    )
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(scripts)))
    .action((shell: string) => print(scripts[shell]))
  addHelpLines(completion, installs)
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action((words: readonly string[]) => {
      for (const word of completions(program, words)) print(word)
    })
}
