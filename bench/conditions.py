#!/usr/bin/env python3
"""Writes conditions.tc1.json, the standing conditions of the measured backtests.

For each coin and side, all on minutes with a time stop of five: two that the price alone fires
between two bars, when it passes a mean that the last bar closed on the other side of (on a tape
of bars they wait for ever), and one that the features of a closed bar fire.
"""
import json
import pathlib

COINS = """BTC ETH SOL XRP DOGE BNB ADA 1000PEPE SUI LINK AVAX LTC WIF TRX DOT NEAR BCH APT AAVE UNI
1000SHIB ARB FIL OP INJ TIA FET ENA RENDER 1000BONK ATOM ETC HBAR CRV LDO XLM SEI 1000FLOKI JUP
ONDO STX GRT RUNE ALGO PENDLE""".split()


def predicate(lhs, op, value, rhs="const"):
    return {"lhs": lhs, "tf": "1m", "op": op, "rhs": rhs, "value": value}


def condition(coin, side, when_all):
    return {"coin": coin + "USDT", "direction": side, "when_all": when_all, "stop_tf": "5m",
            "stop_atr": 1.0, "take_profit_r": 0.5, "time_stop_min": 5, "expiry_s": 1800}


def passing(mean, is_up):
    return [predicate("price", "gt" if is_up else "lt", 0, mean),
            predicate(mean, "ge" if is_up else "le", 0, "price")]


def conditions(coin):
    for mean in ("ema9", "ema21"):
        yield condition(coin, "long", passing(mean, True))
        yield condition(coin, "short", passing(mean, False))
    yield condition(coin, "long", [predicate("rsi14", "lt", 30), predicate("vol_z", "gt", 1)])
    yield condition(coin, "short", [predicate("rsi14", "gt", 70), predicate("vol_z", "gt", 1)])


def main():
    lines = [json.dumps(one) for coin in COINS for one in conditions(coin)]
    text = ('{"schema_version": "tc1", "limits": "none", "conditions": [\n'
            + ",\n".join(lines) + "\n]}\n")
    pathlib.Path(__file__).with_name("conditions.tc1.json").write_text(text, encoding="utf-8")


main()
