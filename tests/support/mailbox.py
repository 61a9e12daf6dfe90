"""A real SMTP server on the loopback that keeps the mails it is given."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass(slots=True)
class Mailbox:
    """`refuse` is the status for recipients, in place of a 250."""

    port: int = 0
    refuse: int = 250
    to: list[str] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One session (RFC 5321)."""
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                raw = (await reader.readuntil(b"\r\n.\r\n")).removesuffix(b".\r\n")
                self.mails.append(message_from_bytes(raw, policy=policy.default))
                writer.write(b"250 ok\r\n")
            elif word == b"RCPT":
                self.to.append(line.decode().split("<")[1].split(">")[0])
                writer.write(b"%d said\r\n" % self.refuse)
            else:
                writer.write({b"QUIT": b"221 bye\r\n"}.get(word, b"250 ok\r\n"))
            await writer.drain()
            if word == b"QUIT":
                break
        writer.close()


@asynccontextmanager
async def mailbox(refuse: int = 250) -> AsyncIterator[Mailbox]:
    """A server until the block is left."""
    box = Mailbox(refuse=refuse)
    server = await asyncio.start_server(box.handle, "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    async with server:
        yield box
