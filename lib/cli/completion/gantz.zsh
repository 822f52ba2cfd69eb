#compdef gantz
# Completion of gantz for zsh: eval "$(gantz completion zsh)"
_gantz() {
  local -a found
  found=("${(@f)$(gantz complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -- $found
}
compdef _gantz gantz
