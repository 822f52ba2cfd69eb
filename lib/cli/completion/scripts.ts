/** What a shell sources so that the tab key asks `gantz complete`. */
export const COMPLETION_SCRIPTS = {
  bash: `# Completion of gantz for bash: eval "$(gantz completion bash)"
_gantz() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("$line")
  done < <(gantz complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _gantz gantz
`,
  zsh: `#compdef gantz
# Completion of gantz for zsh: eval "$(gantz completion zsh)"
_gantz() {
  local -a found
  found=("\${(@f)$(gantz complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -- $found
}
compdef _gantz gantz
`,
  fish: `# Completion of gantz for fish: gantz completion fish | source
complete -c gantz -f -a '(gantz complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
} as const;

export type Shell = keyof typeof COMPLETION_SCRIPTS;
