#!/usr/bin/env python3
"""Writes conditions_bars, conditions_ticks and conditions_book (.tc1.json), the standing conditions of the
measured backtests, all on minutes with a time stop of five.

For each coin and side: one that the features of a closed bar fire and, on the tape of trades,
three that the price alone fires between two bars, when it passes a level that the last bar closed
on the other side of. On a tape of bars such a moment never comes.
"""
import json
import pathlib

# What a coin of the synthetic market costs at the start.
COINS = {
    "BTC": 95000, "ETH": 3400, "SOL": 190, "XRP": 2.2, "DOGE": 0.32, "BNB": 690, "ADA": 0.95,
    "1000PEPE": 0.018, "SUI": 4.2, "LINK": 21, "AVAX": 36, "LTC": 105, "WIF": 1.9, "TRX": 0.25,
    "DOT": 6.8, "NEAR": 5.1, "BCH": 450, "APT": 8.9, "AAVE": 310, "UNI": 13, "1000SHIB": 0.021,
    "ARB": 0.74, "FIL": 5, "OP": 1.8, "INJ": 20, "TIA": 4.9, "FET": 1.3, "ENA": 0.93,
    "RENDER": 7, "1000BONK": 0.03, "ATOM": 6.3, "ETC": 26, "HBAR": 0.27, "CRV": 0.91,
    "LDO": 1.8, "XLM": 0.34, "SEI": 0.41, "1000FLOKI": 0.17, "JUP": 0.85, "ONDO": 1.4,
    "STX": 1.5, "GRT": 0.2, "RUNE": 4.6, "ALGO": 0.35, "PENDLE": 5.2,
}

# Near stops end a trade within minutes, so that the next one can begin.
NEAR = ("1m", 0.65)
FAR = ("15m", 1.0)


def predicate(lhs, op, value, rhs="const"):
    return {"lhs": lhs, "tf": "1m", "op": op, "rhs": rhs, "value": value}


def condition(coin, side, pattern, stop, when_all):
    timeframe, in_atr = stop
    return {"coin": coin + "USDT", "direction": side, "pattern_id": pattern, "when_all": when_all,
            "stop_tf": timeframe, "stop_atr": in_atr, "take_profit_r": 0.5, "time_stop_min": 5,
            "expiry_s": 1800}


def passing(mean, is_up, above):
    return [predicate("price", "gt" if is_up else "lt", above, mean),
            predicate(mean, "ge" if is_up else "le", -above, "price")]


def between_bars(coin, price):
    # Each idea is a pattern of its own, so each has its own evidence and its own draws.
    apart = round(price * 4e-4, 9)
    lines = (("P04", "ema9", 0), ("P05", "ema9", apart), ("P06", "ema9", -apart))
    for pattern, mean, above in lines:
        yield condition(coin, "long", pattern, NEAR, passing(mean, True, above))
        yield condition(coin, "short", pattern, NEAR, passing(mean, False, above))


def at_bars(coin, _price):
    yield condition(coin, "long", "P07", FAR,
                    [predicate("rsi14", "lt", 33), predicate("vol_z", "gt", 1)])
    yield condition(coin, "short", "P07", FAR,
                    [predicate("rsi14", "gt", 67), predicate("vol_z", "gt", 1)])


def on_book(coin, _price):
    # What passes the mean takes shown levels; what waits a little behind it stands in a queue.
    for pattern, entry in (("P04", "market"), ("P05", "limit"), ("P06", "limit")):
        for side, is_up in (("long", True), ("short", False)):
            away = 0.0 if pattern == "P05" else -0.2 if is_up else 0.2
            rests = {"mode": entry, "offset_atr": 0.0 if entry == "market" else away}
            yield {**condition(coin, side, pattern, NEAR, passing("ema9", is_up, 0)),
                   "entry": rests}


def write(name, *kinds, coins=COINS):
    lines = [json.dumps(one) for coin, price in coins.items()
             for kind in kinds for one in kind(coin, price)]
    text = ('{"schema_version": "tc1", "limits": "none", "conditions": [\n'
            + ",\n".join(lines) + "\n]}\n")
    pathlib.Path(__file__).with_name(name).write_text(text, encoding="utf-8")


write("conditions_bars.tc1.json", at_bars)
write("conditions_ticks.tc1.json", between_bars, at_bars)
write("conditions_book.tc1.json", on_book, coins={"BTC": 50000})
