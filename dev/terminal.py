#!/usr/bin/env python3
"""Takes a picture of a command in a terminal: terminal.py PICTURE.png [--from TEXT] COMMAND [ARGUMENT...]

Runs the command on a pseudo-terminal of 100 columns, and draws what it shows with Debian's chromium: the first rows,
those from the row that begins with TEXT on, and the last ones. A progress line is drawn over itself until another line
takes its place; the picture has it as it was then, above that line. So README's was made, in a folder with what
`make run` leaves, once a clone was built:

    dev/terminal.py dev/terminal.png --from 'run: training' make run
"""
import fcntl, html, os, pty, struct, subprocess, sys, tempfile, termios, unicodedata

COLUMNS, FIRST, LAST = 100, 17, 17


def output(command):
    """All that the command writes to its terminal."""
    reader, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", FIRST + LAST, COLUMNS, 0, 0))
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=terminal, stderr=terminal)
    os.close(terminal)
    parts = []
    while True:
        try:
            part = os.read(reader, 65536)
        except OSError:  # Nobody has the other end any more.
            break
        if not part:
            break
        parts.append(part)
    if process.wait() != 0:
        sys.exit(f"terminal: {command[0]} failed:\n" + b"".join(parts).decode()[-2000:])
    return b"".join(parts).decode(errors="replace")


def wrapped(line):
    """A line as the rows that it takes; a character that is two columns wide is in one of them as a whole."""
    rows, row, used = [], "", 0
    for character in line:
        if unicodedata.combining(character):
            row += character
            continue
        width = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if used + width > COLUMNS:
            rows.append(row)
            row, used = "", 0
        row += character
        used += width
    return rows + [row]


def lines(text):
    """What a reader has seen of it, row by row."""
    rows = []
    for line in text.replace("\r\n", "\n").split("\n"):
        drawings = [drawing.rstrip() for drawing in line.replace("\x1b[K", "").split("\r")]
        # Before the line that took its place, the last drawing of the progress line.
        last = [drawing for drawing in drawings[1:-1] if drawing][-1:]
        for shown in last + drawings[-1:]:
            rows += wrapped(shown)
    while rows and not rows[-1]:
        rows.pop()
    return rows


def main():
    arguments = sys.argv[1:]
    if len(arguments) < 2:
        sys.exit(__doc__)
    picture, command = os.path.abspath(arguments[0]), arguments[1:]
    begin = None
    if command[0] == "--from":
        begin, command = command[1], command[2:]
    rows = lines(output(command))
    first = next((i for i, row in enumerate(rows) if begin and row.startswith(begin)), 0)
    shown = [f"$ {' '.join(command)}"] + (["…"] if first > 0 else []) + rows[first:]
    if len(shown) > FIRST + LAST:
        shown = shown[:FIRST] + ["…"] + shown[-LAST + 1:]
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
