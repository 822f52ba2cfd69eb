# Completion of gantz for fish: gantz completion fish | source
complete -c gantz -f -a '(gantz complete --descriptions -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
