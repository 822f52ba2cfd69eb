#compdef gantz
# Completion of gantz for zsh: eval "$(gantz completion zsh)"
_gantz() {
  local -a found
  found=(${(f)"$(gantz complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( $#found )); then
    compadd -- $found
  else
    _files
  fi
}
compdef _gantz gantz
