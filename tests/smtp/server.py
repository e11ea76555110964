"""A mail server for the end-to-end tests.

It listens on a free port of 127.0.0.1 and tells what happens as JSON lines on standard output: first its port, then each
recipient it was asked about and each mail it has accepted. With --certificate and --key it requires STARTTLS, with --user and
--password AUTH. How it answers is the recipient's local part's to say:

    refuse-550…   no such mailbox
    policy-550…   refused for reasons of policy
    temp-451…     refused for the moment, the first time only
    hold…         the mail is accepted only after a line has come in on standard input
"""

import argparse
import asyncio
import base64
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


def tell(**what):
    print(json.dumps(what), flush=True)


class Handler:
    def __init__(self):
        self.seen = set()
        self.released = asyncio.Event()

    async def handle_RCPT(self, server, session, envelope, address, options):
        local = address.split("@")[0]
        answer = "250 2.1.5 recipient ok"
        if local.startswith("refuse-550"):
            answer = f"550 5.1.1 <{address}>: no such user here"
        elif local.startswith("policy-550"):
            answer = f"550 5.7.1 <{address}>: refused by policy"
        elif local.startswith("temp-451") and address not in self.seen:
            answer = f"451 4.2.0 <{address}>: greylisted, come back later"
        self.seen.add(address)
        tell(event="recipient", address=address, answer=answer)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        held = any(address.startswith("hold") for address in envelope.rcpt_tos)
        if held:
            tell(event="held", to=envelope.rcpt_tos)
            await self.released.wait()
        auth = session.auth_data
        tell(
            event="mail",
            sender=envelope.mail_from,
            to=envelope.rcpt_tos,
            encrypted=session.ssl is not None,
            connection=f"{session.peer[0]}:{session.peer[1]}",
            user=auth.login.decode() if isinstance(auth, LoginPassword) else None,
            content=base64.b64encode(envelope.content).decode(),
        )
        return "250 2.0.0 ok, queued as Q12345678"


async def main():
    parser = argparse.ArgumentParser()
    for name in ["certificate", "key", "user", "password"]:
        parser.add_argument(f"--{name}")
    options = parser.parse_args()

    def authenticate(server, session, envelope, mechanism, data):
        wanted = LoginPassword(options.user.encode(), options.password.encode())
        good = isinstance(data, LoginPassword) and data == wanted
        # Without `handled=False` the client of a wrong password would wait for its answer for ever.
        return AuthResult(success=good, handled=False, auth_data=data)

    settings = {"hostname": "mail.test.example"}
    if options.certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options.certificate, options.key)
        settings |= {"tls_context": context, "require_starttls": True}
    if options.user:
        settings |= {"authenticator": authenticate, "auth_required": True}
    handler = Handler()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, loop=loop, **settings), "127.0.0.1", 0)
    tell(event="listening", port=server.sockets[0].getsockname()[1])
    # A line releases what is held; the end of standard input means that the test is over.
    while await loop.run_in_executor(None, sys.stdin.readline):
        handler.released.set()


asyncio.run(main())
