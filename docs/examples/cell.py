"""A cell in Python, with nats-py: it says every second whether a door is open, and answers when it is asked.

    pip install 'nats-py[nkeys]'
    NIMMERVERSE_ENV=dev NATS_URL=nats://127.0.0.1:4222 python cell.py

NATS_CREDS names a credentials file. In a container nothing but these three differs from place to place.
"""
import asyncio, base64, json, os, signal, socket
from datetime import datetime, timezone

import nats, nats.micro

NAME, VERSION, INTERVAL = "door", "1.0.0", float(os.environ.get("INTERVAL", "1"))
ENV = os.environ.get("NIMMERVERSE_ENV", "dev")
SOURCE = f"{NAME}-{socket.gethostname().split('.')[0].lower()}"  # two instances need two
SUBJECT = f"{ENV}.nervous.cells.{NAME}"


def look():
    """What the cell senses: replace it. Confidence is how sure it is that it is so now."""
    return {"region": "visitor", "confidence": 0.8, "content": {"open": True}}


def now():
    return datetime.now(timezone.utc).isoformat()


def login():
    """How to log in, and where this user may hear answers: below _IN.{user}."""
    creds = os.environ.get("NATS_CREDS")
    if not creds:
        return {}
    with open(creds) as file:
        body = file.read().split("-----BEGIN NATS USER JWT-----")[1].split()[0].split(".")[1]
    user = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))["name"]
    return {"user_credentials": creds, "inbox_prefix": f"_IN.{user}"}


async def answer(bus, msg):
    """Answers a cell-request with a cell-response: a result, or an error that says what is known here."""
    try:
        request = json.loads(msg.data)
        command = request["command"]
    except (ValueError, KeyError, TypeError) as err:
        wrong = {"Nats-Service-Error": f"request: {err!r}", "Nats-Service-Error-Code": "400"}
        return await bus.publish(msg.reply, b"", headers=wrong)
    response = {"cell": NAME, "source": SOURCE, "version": VERSION, "cost": 0, "time": now()}
    if "id" in request:
        response["request"] = request["id"]
    if command == "read":
        response["result"] = look()
    else:
        response["error"] = f"command {command!r} is not known here; known: read"
    await bus.publish(msg.reply, json.dumps(response).encode())


async def main():
    bus = await nats.connect(os.environ.get("NATS_URL", "nats://127.0.0.1:4222"), name=f"cell {NAME}",
                             max_reconnect_attempts=-1, **login())
    stop = asyncio.Event()
    for sig in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sig, stop.set)

    async def asked(msg):
        await answer(bus, msg)

    await bus.subscribe(f"{SUBJECT}.request", queue="nimmer", cb=asked)
    await nats.micro.add_service(bus, name=f"cell-{NAME}", version=VERSION, description="whether the door is open",
                                 metadata={"environment": ENV, "kind": "cell", "name": NAME, "source": SOURCE})
    seq = 0
    while not stop.is_set():
        seq += 1
        wave = {"source": SOURCE, "seq": seq, "time": now(), **look()}
        await bus.publish(f"{SUBJECT}.wave", json.dumps(wave).encode())
        try:
            await asyncio.wait_for(stop.wait(), INTERVAL)
        except asyncio.TimeoutError:
            pass
    await bus.drain()


if __name__ == "__main__":
    asyncio.run(main())
