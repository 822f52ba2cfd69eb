#compdef gantz
# Completion of gantz for zsh: eval "$(gantz completion zsh)"
_gantz() {
  local found
  if found=$(gantz complete -- "${(@)words[2,CURRENT]}" 2>/dev/null) && [[ -n $found ]]; then
    compadd -- ${(f)found}
  else
    _files
  fi
}
compdef _gantz gantz
