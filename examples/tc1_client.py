#!/usr/bin/env python3
"""Proposes trade conditions (tc1) to a running Lanner; standard library only.

    lanner run --data DIR --speed 600 --conditions-socket /tmp/tc1.sock
    python3 examples/tc1_client.py --socket /tmp/tc1.sock --coin BTCUSDT

Two simple rules make the conditions: a pullback in a rising hour, and its mirror. With --csv FILE
(columns: close, oldest first) the direction follows the last closes instead of being asked for.
Every answer and notice is printed, one line each. Exit code: 0 when something was accepted.
"""
import argparse
import csv
import json
import os
import socket
import sys
import time


def predicate(lhs, timeframe, operator, value, rhs="const"):
    return {"lhs": lhs, "tf": timeframe, "op": operator, "rhs": rhs, "value": value}


def pullback(coin, direction):
    """Buy a 15m dip while the 1h trend is up; the short side is the mirror."""
    is_long = direction == "long"
    return {
        "rationale": "a pullback in the direction of the hour's trend",
        "pattern_id": "NEW",
        "coin": coin,
        "direction": direction,
        "when_all": [
            predicate("rsi14", "15m", "cross_up" if is_long else "cross_down",
                      40 if is_long else 60),
            predicate("ema9", "1h", "gt" if is_long else "lt", 0, rhs="ema21"),
        ],
        "when_any": [],
        "regimes": ["any"],
        "entry": {"mode": "market", "offset_atr": 0},
        "stop_atr": 1.5,
        "stop_tf": "1h",
        "take_profit_r": 2.5,
        "time_stop_min": 720,
        "expiry_s": 1800,
        "size_scale": 1,
        "confidence": 50,
        "invalidate_any": [],
    }


def document(conditions):
    return {"schema_version": "tc1", "conditions": conditions}


def direction_of(path):
    """Long when the last close is above the mean of the last 20, short otherwise."""
    with open(path, newline="", encoding="utf-8") as file:
        closes = [float(row["close"]) for row in csv.DictReader(file)][-20:]
    if not closes:
        raise SystemExit(f"tc1_client: {path} has no rows")
    return "long" if closes[-1] >= sum(closes) / len(closes) else "short"


def write_to_folder(folder, name, message, patience):
    """A file appears at once, by its rename; the answer comes beside it."""
    stem = f"{name}.{os.getpid()}.{time.time_ns()}"
    part = os.path.join(folder, stem + ".part")
    path = os.path.join(folder, stem + ".json")
    with open(part, "w", encoding="utf-8") as file:
        json.dump(message, file)
    os.rename(part, path)
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if os.path.exists(path + ".answer"):
            with open(path + ".answer", encoding="utf-8") as file:
                return json.load(file)
        time.sleep(0.05)
    raise SystemExit("tc1_client: no answer came; is `lanner run --conditions-dir` running?")


class Connection:
    def __init__(self, path, name, patience):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(patience)
        until = time.monotonic() + patience
        while True:  # the engine may still be starting
            try:
                self.socket.connect(path)
                break
            except OSError as problem:
                if time.monotonic() > until:
                    raise SystemExit(f"tc1_client: {path}: {problem}")
                time.sleep(0.05)
        self.lines = self.socket.makefile("r", encoding="utf-8")
        self.send({"proposer": name})
        self.receive()

    def send(self, message):
        self.socket.sendall((json.dumps(message) + "\n").encode())

    def receive(self):
        line = self.lines.readline()
        if not line:
            return None
        print(line.rstrip(), flush=True)
        return json.loads(line)

    def ask(self, message):
        self.send(message)
        while (answer := self.receive()) is not None:
            if "notice" not in answer:  # notices may come in between
                return answer
        return None


def is_too_early(answer):
    """No price or no ATR yet: the market is not warm."""
    return any(entry["code"].startswith("V4 ") for entry in answer["refused"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--socket", help="path given to lanner run --conditions-socket")
    where.add_argument("--folder", help="folder given to lanner run --conditions-dir")
    parser.add_argument("--coin", default="BTCUSDT")
    parser.add_argument("--direction", choices=["long", "short"], default="long")
    parser.add_argument("--csv", help="file with a column close; chooses the direction")
    parser.add_argument("--name", default="example", help="letters, digits, underscore")
    parser.add_argument("--patience", type=float, default=30, help="seconds to wait")
    parser.add_argument("--listen", type=float, default=0, help="seconds to print notices after")
    given = parser.parse_args()
    direction = direction_of(given.csv) if given.csv else given.direction
    message = document([pullback(given.coin, direction)])
    until = time.monotonic() + given.patience
    if given.folder:
        answer = write_to_folder(given.folder, given.name, message, given.patience)
        print(json.dumps(answer), flush=True)
        return 0 if answer["accepted"] else 1
    connection = Connection(given.socket, given.name, given.patience)
    answer = connection.ask(message)
    while answer and is_too_early(answer) and time.monotonic() < until:
        time.sleep(1.5)  # forty messages a minute: below what is a flood
        answer = connection.ask(message)
    if given.listen:
        connection.socket.settimeout(given.listen)
        try:
            while connection.receive() is not None:
                pass
        except OSError:
            pass
    return 0 if answer and answer["accepted"] else 1


if __name__ == "__main__":
    sys.exit(main())
