// Runs TA-Lib (npm `talib`) on columns of bars: node talib.js MODULES INPUT OUTPUT
//
// INPUT holds doubles: a count n, then n highs, n lows and n closes. OUTPUT gets n doubles of each
// of: EMA 9, 21 and 50, RSI 14, ATR 14, MACD histogram 12/26/9, place of the close in the Bollinger
// band of 20 in standard deviations, ADX 14; NaN where TA-Lib has no value.
'use strict';

const fs = require('fs');
const path = require('path');

const [modules, input, output] = process.argv.slice(2);
const talib = require(path.join(modules, 'node_modules', 'talib'));

const bytes = fs.readFileSync(input);
const numbers = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
const n = numbers[0];
const high = Array.from(numbers.subarray(1, 1 + n));
const low = Array.from(numbers.subarray(1 + n, 1 + 2 * n));
const close = Array.from(numbers.subarray(1 + 2 * n, 1 + 3 * n));

function run(asked) {
  const answer = talib.execute(asked);
  if (answer.error) {
    throw new Error(asked.name + ': ' + answer.error);
  }
  return answer;
}

// One output, moved to the bar that it belongs to.
function column(asked, name) {
  const out = new Float64Array(n).fill(NaN);
  if (n === 0) {
    return out;
  }
  const answer = run({ startIdx: 0, endIdx: n - 1, ...asked });
  for (let i = 0; i < answer.nbElement; ++i) {
    out[answer.begIndex + i] = answer.result[name][i];
  }
  return out;
}

const of = (name, period) =>
  column({ name, inReal: close, optInTimePeriod: period }, 'outReal');
const ofBars = (name) => column({ name, high, low, close, optInTimePeriod: 14 }, 'outReal');

// TA-Lib takes the variance as the mean of squares less the square of the mean, which loses digits
// on prices far from zero. The place in the band does not change when all prices move alike, so
// each stretch of bars is moved to begin at zero.
function bandPlace() {
  const period = 20;
  const stretch = 500;
  const out = new Float64Array(n).fill(NaN);
  for (let first = 0; first + period <= n; first += stretch - period + 1) {
    const moved = close.slice(first, first + stretch).map((price) => price - close[first]);
    const band = run({
      name: 'BBANDS', startIdx: 0, endIdx: moved.length - 1, inReal: moved,
      optInTimePeriod: period, optInNbDevUp: 1, optInNbDevDn: 1, optInMAType: 0,
    });
    for (let i = 0; i < band.nbElement; ++i) {
      const at = band.begIndex + i;
      const middle = band.result.outRealMiddleBand[i];
      out[first + at] = (moved[at] - middle) / (band.result.outRealUpperBand[i] - middle);
    }
  }
  return out;
}

const macd = {
  name: 'MACD', inReal: close, optInFastPeriod: 12, optInSlowPeriod: 26, optInSignalPeriod: 9,
};
const columns = [of('EMA', 9), of('EMA', 21), of('EMA', 50), of('RSI', 14), ofBars('ATR'),
  column(macd, 'outMACDHist'), bandPlace(), ofBars('ADX')];
fs.writeFileSync(output, Buffer.concat(columns.map((each) => Buffer.from(each.buffer))));
