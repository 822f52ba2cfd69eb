// Written by `npm run generate` from lib/cli/completion; changes here are lost.

export const COMPLETION_SCRIPTS = {
  "bash": "# Completion of gantz for bash: eval \"$(gantz completion bash)\"\n_gantz() {\n  local line\n  COMPREPLY=()\n  while IFS= read -r line; do\n    COMPREPLY+=(\"$line\")\n  done < <(gantz complete -- \"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null)\n}\ncomplete -o default -F _gantz gantz\n",
  "fish": "# Completion of gantz for fish: gantz completion fish | source\ncomplete -c gantz -f -a '(gantz complete --descriptions -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'\n",
  "zsh": "#compdef gantz\n# Completion of gantz for zsh: eval \"$(gantz completion zsh)\"\n_gantz() {\n  local -a found\n  found=(\"${(@f)$(gantz complete -- \"${(@)words[2,CURRENT]}\" 2>/dev/null)}\")\n  compadd -- $found\n}\ncompdef _gantz gantz\n"
};
