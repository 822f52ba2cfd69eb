# Completion of gantz for fish: gantz completion fish | source
function __gantz_complete
    # A failure prints an envelope, which is no completion.
    set -l found (gantz complete --descriptions -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)
    if test $status -eq 0; and set -q found[1]
        printf '%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c gantz -f -a '(__gantz_complete)'
