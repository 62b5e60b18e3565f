"""A real SMTP server for tests: keeps what it takes, and refuses what a test wants refused."""

import email
import socketserver
import threading
from email.policy import default


class Mailbox:
    """`with Mailbox() as box:` MAIL_URL is box.url; box.mails are the messages taken; refuse is an answer to RCPT."""

    def __init__(self):
        self.mails, self.refuse = [], ""

    def __enter__(self):
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Talk)
        self._server.daemon_threads, self._server.box = True, self
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.url = f"smtp://127.0.0.1:{self._server.server_address[1]}"
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Talk(socketserver.StreamRequestHandler):
    def handle(self):
        self._say("220 mail.example ESMTP")
        for line in self.rfile:
            verb = line.split()[0].upper() if line.split() else b""
            if verb == b"QUIT":
                self._say("221 Bye")
                return
            if verb == b"DATA":
                self._take()
            elif verb == b"RCPT" and self.server.box.refuse:
                self._say(self.server.box.refuse)
            else:
                self._say("250 mail.example")

    def _take(self):
        self._say("354 Go on")
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.server.box.mails.append(email.message_from_bytes(b"".join(lines), policy=default))
        self._say("250 Taken")

    def _say(self, words):
        self.wfile.write(f"{words}\r\n".encode())
