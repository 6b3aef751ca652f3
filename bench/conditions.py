#!/usr/bin/env python3
"""Writes conditions.tc1.json, the standing conditions of the measured backtests.

Two ideas for each side of each coin, all on minutes with a time stop of five: one that the price
alone fires between two bars (it passes its own mean), one that a closed bar's features fire.
"""
import json
import pathlib

COINS = """BTC ETH SOL XRP DOGE BNB ADA 1000PEPE SUI LINK AVAX LTC WIF TRX DOT NEAR BCH APT AAVE UNI
1000SHIB ARB FIL OP INJ TIA FET ENA RENDER 1000BONK ATOM ETC HBAR CRV LDO XLM SEI 1000FLOKI JUP
ONDO STX GRT RUNE ALGO PENDLE""".split()


def predicate(lhs, op, value, rhs="const"):
    return {"lhs": lhs, "tf": "1m", "op": op, "rhs": rhs, "value": value}


def condition(coin, side, when_all):
    return {"coin": coin + "USDT", "direction": side, "when_all": when_all, "stop_tf": "1h",
            "stop_atr": 1.0, "take_profit_r": 0.5, "time_stop_min": 5, "expiry_s": 1800}


def conditions(coin):
    yield condition(coin, "long", [predicate("price", "gt", 0, "ema9")])
    yield condition(coin, "short", [predicate("price", "lt", 0, "ema9")])
    yield condition(coin, "long", [predicate("rsi14", "lt", 45), predicate("vol_z", "gt", 0)])
    yield condition(coin, "short", [predicate("rsi14", "gt", 55), predicate("vol_z", "gt", 0)])


def main():
    lines = [json.dumps(one) for coin in COINS for one in conditions(coin)]
    text = ('{"schema_version": "tc1", "limits": "none", "conditions": [\n'
            + ",\n".join(lines) + "\n]}\n")
    pathlib.Path(__file__).with_name("conditions.tc1.json").write_text(text, encoding="utf-8")


main()
