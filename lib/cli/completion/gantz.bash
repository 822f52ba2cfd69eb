# Completion of gantz for bash: eval "$(gantz completion bash)"
_gantz() {
  local rest=${COMP_LINE:0:COMP_POINT} words=() word line
  # bash breaks words at : and =, so the parts without a space between them are joined.
  for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    if [[ ${#words[@]} -eq 0 || $rest == [[:space:]]* ]]; then
      words+=("$word")
    else
      words[${#words[@]}-1]+=$word
    fi
    rest=${rest#"${rest%%[![:space:]]*}"}
    rest=${rest#"$word"}
  done
  # bash replaces only the part after the last of these characters.
  word=${words[${#words[@]}-1]}
  word=${word%"${word##*["$COMP_WORDBREAKS"]}"}
  COMPREPLY=()
  rest=$(gantz complete -- "${words[@]:1}" 2>/dev/null) || return 0
  while IFS= read -r line; do
    [[ -z $line ]] || COMPREPLY+=("${line#"$word"}")
  done <<<"$rest"
}
complete -o default -F _gantz gantz
