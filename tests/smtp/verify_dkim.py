"""Says whether the DKIM signature of a mail on standard input holds: {"valid": true} or {"valid": false, "why": "..."}.

The only thing in the DNS is the record that is given, at the name that is given.
"""

import json
import sys

import dkim

name, record = (text.encode() for text in sys.argv[1:3])


def look_up(wanted, timeout=5):
    return record if wanted.rstrip(b".") == name else None


try:
    # What dkim.verify() would only log is said here.
    answer = {"valid": dkim.DKIM(sys.stdin.buffer.read(), minkey=2048).verify(dnsfunc=look_up)}
except dkim.DKIMException as error:
    answer = {"valid": False, "why": str(error)}
print(json.dumps(answer))
