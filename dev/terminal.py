#!/usr/bin/env python3
"""Takes a picture of a command in a terminal: terminal.py PICTURE.png COMMAND [ARGUMENT...]

Runs the command on a pseudo-terminal of 100 columns, and draws what is left on it at the end with Debian's chromium. So
README's was made, in a folder with what `make run` leaves, once a clone was built:

    dev/terminal.py dev/terminal.png make run
"""
import fcntl, html, os, pty, struct, subprocess, sys, tempfile, termios

COLUMNS, ROWS, LEAST = 100, 24, 10


def output(command):
    """All that the command writes to its terminal."""
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    parts = []
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # The child has ended.
            break
        if not part:
            break
        parts.append(part)
    if os.waitpid(child, 0)[1] != 0:
        sys.exit(f"terminal: {command[0]} failed:\n" + b"".join(parts).decode()[-2000:])
    return b"".join(parts).decode(errors="replace")


def lines(text):
    """What is left of it on the screen: a line that is drawn again takes the place of what was there."""
    rows = []
    for line in text.replace("\r\n", "\n").replace("\x1b[K", "").split("\n"):
        # Where a line is drawn over itself, the last drawing stays.
        rows.append(line.split("\r")[-1].rstrip())
    while rows and not rows[-1]:
        rows.pop()
    return rows


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    picture, command = os.path.abspath(sys.argv[1]), sys.argv[2:]
    rows = [f"$ {' '.join(command)}"] + lines(output(command))
    shown = rows if len(rows) <= ROWS + LEAST else rows[:1] + ["…"] + rows[-(ROWS + LEAST - 2):]
    page = f"""<!doctype html><meta charset=utf-8><style>
      body {{ margin: 0; background: #16181d; color: #d7dae0; }}
      pre {{ font: 14px/19px monospace; margin: 16px; }}</style><pre>{html.escape(chr(10).join(shown))}</pre>"""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "page.html")
        with open(path, "w") as file:
            file.write(page)
        size = f"{int(COLUMNS * 8.43) + 32},{len(shown) * 19 + 32}"
        subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--hide-scrollbars", f"--user-data-dir={folder}/profile",
             f"--screenshot={picture}", f"--window-size={size}", f"file://{path}"],
            check=True, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
