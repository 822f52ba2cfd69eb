"""Runs a program in a pseudo-terminal. Arguments: the number of columns, a file for its stderr or `-`, what is typed at
once, a text that the program writes, what is typed then, the program and its arguments. Writes what the terminal receives to stdout, with the line ends that the program wrote. Ends with its status."""
import fcntl, os, pty, struct, sys, termios

columns, stderr, typed, awaited, answer, *argv = sys.argv[1:]
written = b""
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(columns), 0, 0))
    mode = termios.tcgetattr(1)
    mode[1] &= ~termios.OPOST
    termios.tcsetattr(1, termios.TCSANOW, mode)
    if stderr != "-":
        os.dup2(os.open(stderr, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
    os.execvp(argv[0], argv)
os.write(terminal, typed.encode())
while True:
    try:
        data = os.read(terminal, 65536)
    except OSError:  # Linux reports the end of the program this way.
        break
    if not data:
        break
    sys.stdout.buffer.write(data)
    written += data
    if answer and awaited.encode() in written:
        os.write(terminal, answer.encode())
        answer = ""
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 255)
