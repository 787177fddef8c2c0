"""aiosmtpd with a handler that counts messages and keeps nothing; speaks with the harness as reporting.js does."""

import asyncio
import json
import sys

from aiosmtpd.smtp import SMTP


class Counter:
    messages = 0

    async def handle_DATA(self, server, session, envelope):
        Counter.messages += 1
        return "250 OK"


def say(fact):
    sys.stdout.write(json.dumps(fact) + "\n")
    sys.stdout.flush()


async def answer_questions(loop):
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.readline():
        say({"messages": Counter.messages})


async def main():
    loop = asyncio.get_running_loop()
    # Sizes are not what is measured: no limit, as with the others.
    make = lambda: SMTP(Counter(), data_size_limit=None, enable_SMTPUTF8=False, loop=loop)
    server = await loop.create_server(make, "127.0.0.1", 0, backlog=1024)
    host, port = server.sockets[0].getsockname()
    say({"listening": {"host": host, "port": port}})
    await answer_questions(loop)


asyncio.run(main())
