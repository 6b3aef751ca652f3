#include "features/pipeline.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/ensure.hpp"
#include "features/lanes.hpp"

namespace lanner::features {
namespace {

using model::FeatureId;
using model::Timeframe;

constexpr std::int64_t kLengthsNs[model::kTimeframeCount] = {
    length_of(Timeframe::m1).ns(), length_of(Timeframe::m5).ns(), length_of(Timeframe::m15).ns(),
    length_of(Timeframe::m30).ns(), length_of(Timeframe::h1).ns()};

constexpr std::size_t index_of(FeatureId id) noexcept { return static_cast<std::size_t>(id); }

template <typename F>
double measure(F value) noexcept {
  return to_score(value).value();
}

Ohlcv to_ohlcv(const model::Bar& bar) noexcept {
  return {measure(bar.open), measure(bar.high), measure(bar.low), measure(bar.close),
          measure(bar.volume)};
}

// A row of values: those of bars alone, the windows (made when they are read), those of every
// session's other inputs, and from here on what is absent unless somebody asked.
constexpr std::size_t kFirstWindow = index_of(FeatureId::bb_pos);
constexpr std::size_t kBehindWindows = index_of(FeatureId::vol_z) + 1;
static_assert(kBehindWindows - kFirstWindow == 5);
constexpr std::size_t kFirstAsked = index_of(FeatureId::btc_ret_bps) + 1;

// What nobody subscribed to stays absent in both rows; where only features of bars are, the row
// ends at kFirstAsked.
std::size_t end_of_row(OnDemand wanted) noexcept {
  return wanted.has(OnDemand::user) ? model::kFeatureCount : model::kBuiltInFeatureCount;
}

bool has_prices(const model::Bar& bar) noexcept {
  return bar.open.is_positive() && bar.high.is_positive() && bar.low.is_positive() &&
         bar.close.is_positive() && bar.interval_s > 0;
}

void extend(Ohlcv& whole, const Ohlcv& part) noexcept {
  whole.high = part.high > whole.high ? part.high : whole.high;
  whole.low = part.low < whole.low ? part.low : whole.low;
  whole.close = part.close;
  whole.volume += part.volume;
}

// The shortest timeframe that base bars of this length add up to. So they do to all longer ones,
// since each timeframe divides the next.
std::uint32_t first_fed_by(std::int64_t length_ns) noexcept {
  std::uint32_t tf = 0;
  while (tf < model::kTimeframeCount && kLengthsNs[tf] % length_ns != 0) {
    ++tf;
  }
  return tf;
}

void drop_infinite(double* values, std::size_t count) noexcept {
  std::size_t i = 0;
  for (; i + 2 <= count; i += 2) {
    put_lanes(values + i, finite_or_absent(lanes_at(values + i)));
  }
  if (i < count) {
    values[i] = finite_or_absent(values[i]);
  }
}

bool is_btc_of(const model::Instrument& candidate, const model::Instrument& reader) noexcept {
  return candidate.base == "BTC" && reader.base != "BTC" && candidate.quote == reader.quote &&
         candidate.venue_id == reader.venue_id && candidate.kind == reader.kind;
}

}  // namespace

FeaturePipeline::FeaturePipeline(const model::InstrumentTable& instruments, OnDemand wanted,
                                 std::span<const UserFeature> own)
    : series_(instruments.size()),
      inputs_(instruments.size()),
      wanted_anywhere_(wanted),
      schema_hash_(features::schema_hash(own)) {
  ENSURE(own.size() <= model::kUserFeaturesMax);
  for (const UserFeature& feature : own) {
    auto program = compile_feature(feature.text);
    ENSURE(program.has_value());
    own_.push_back({std::move(*program), {}, {}});
  }
  wanted_.fill(wanted);
  link(instruments);
  for (std::size_t i = 0; i < instruments.size(); ++i) {
    series_[i].now.fill(kAbsent);
    series_[i].before.fill(kAbsent);
    for (std::size_t j = 0; j < instruments.size(); ++j) {
      if (is_btc_of(instruments[j], instruments[i])) {
        series_[i].btc = InstrumentId{static_cast<std::uint32_t>(j)};
        series_[j].is_leader = true;
        break;
      }
    }
  }
}

void FeaturePipeline::subscribe(FeatureId id, Timeframe tf) noexcept {
  const auto index = static_cast<std::size_t>(tf);
  const OnDemand asked{OnDemand::bit_of(id)};
  if (is_user_feature(id)) {
    subscribe_own(index_of(id) - model::kBuiltInFeatureCount, tf);
  }
  if (wanted_[index].has_all(asked)) {
    return;
  }
  wanted_[index].add(asked);
  wanted_anywhere_.add(asked);
  if (asked.has(OnDemand::regime)) {
    // Whatever timeframe shows it, the regime is made of this one's bars.
    wanted_[static_cast<std::size_t>(kRegimeFrame)].add(asked);
  }
  if (asked.has(OnDemand::momentum)) {
    wanted_[static_cast<std::size_t>(Timeframe::h1)].add(asked);
  }
}

FrameSet FeaturePipeline::on_bar(const model::Bar& bar, Timestamp close) noexcept {
  Series& series = series_[bar.instrument_id.index()];
  const std::int64_t length_ns = std::int64_t{bar.interval_s} * kNsPerSecond;
  const std::int64_t open_ns = close.ns() - length_ns;
  FrameSet closed;
  if (!has_prices(bar) || open_ns < series.base_end_ns) {
    ++series.ignored;
    return closed;
  }
  series.base_end_ns = close.ns();
  if (bar.interval_s != series.interval_s) {
    series.interval_s = bar.interval_s;
    series.first_fed = first_fed_by(length_ns);
  }
  const Ohlcv values = to_ohlcv(bar);
  // What is late closes with what was known before this bar.
  const FrameSet due = extend_frames(series, values, open_ns, close, closed);
  if (open_ns >= series.day_end_ns) {
    series.day_end_ns = (open_ns / kNsPerDay + 1) * kNsPerDay;
    series.turnover = series.volume = 0.0;
  }
  series.turnover += (values.high + values.low + values.close) / 3.0 * values.volume;
  series.volume += values.volume;
  for (unsigned rest = due.bits; rest != 0; rest &= rest - 1) {
    const auto tf = static_cast<std::size_t>(std::countr_zero(rest));
    close_frame(series, tf, series.pending[tf].bar, close);
  }
  closed.bits |= due.bits;
  if (wanted_anywhere_.has_extras()) [[unlikely]] {
    sample_spread(bar.instrument_id, close);
  }
  return closed;
}

// Takes a base bar into the frames that it adds up to, and says which of them it completes.
FrameSet FeaturePipeline::extend_frames(Series& series, const Ohlcv& bar, std::int64_t open_ns,
                                        Timestamp close, FrameSet& late) noexcept {
  for (std::size_t tf = 0; tf < series.first_fed; ++tf) {
    if (open_ns >= series.pending[tf].end_ns) {
      close_late(series, tf, close, late);
    }
  }
  FrameSet due;
  for (std::size_t tf = series.first_fed; tf < model::kTimeframeCount; ++tf) {
    Pending& pending = series.pending[tf];
    if (open_ns < pending.end_ns) {
      extend(pending.bar, bar);
    } else {
      close_late(series, tf, close, late);
      // Bars mostly follow each other without a gap, and a division is dear.
      const std::int64_t frame_ns = kLengthsNs[tf];
      const bool follows = open_ns == series.frame_close_ns[tf];
      pending = {(follows ? open_ns : open_ns / frame_ns * frame_ns) + frame_ns, bar};
    }
    if (close.ns() == pending.end_ns) {
      due.add(static_cast<Timeframe>(tf));
    }
  }
  return due;
}

void FeaturePipeline::close_late(Series& series, std::size_t tf, Timestamp close,
                                 FrameSet& late) noexcept {
  if (series.pending[tf].end_ns != Pending::kNotOpen) [[unlikely]] {
    close_frame(series, tf, series.pending[tf].bar, close);
    late.add(static_cast<Timeframe>(tf));
  }
}

void FeaturePipeline::close_frame(Series& series, std::size_t tf, const Ohlcv& bar,
                                  Timestamp close) noexcept {
  const std::size_t offset = tf * model::kFeatureCount;
  double* const now = series.now.data() + offset;
  double* const before = series.before.data() + offset;
  const OnDemand wanted = wanted_[tf];
  const Timestamp boundary{series.pending[tf].end_ns};
  const auto keep_before = [now, before](std::size_t first, std::size_t end) {
    std::memcpy(before + first, now + first, (end - first) * sizeof(double));
  };
  keep_before(0, kFirstWindow);
  keep_before(kBehindWindows, kFirstAsked);
  if (wanted.has_extras()) [[unlikely]] {
    // In pieces of known sizes, which need no call.
    keep_before(kFirstAsked, model::kBuiltInFeatureCount);
    if (wanted.has(OnDemand::user)) {
      keep_before(model::kBuiltInFeatureCount, model::kFeatureCount);
    }
  }
  series.frames[tf].add(bar, wanted,
                        std::span<double, model::kFeatureCount>{now, model::kFeatureCount});
  double& vwap_dev_bps = now[index_of(FeatureId::vwap_dev_bps)];
  double& vwap_dev_atr = now[index_of(FeatureId::vwap_dev_atr)];
  vwap_dev_bps = vwap_dev_atr = kAbsent;
  if (series.volume > 0.0) [[likely]] {
    const double vwap = series.turnover / series.volume;
    const double deviation = bar.close - vwap;
    vwap_dev_bps = deviation / vwap * 1e4;
    // Of what needs nothing but bars, only this one can be infinite: prices are positive.
    vwap_dev_atr = finite_or_absent(deviation / now[index_of(FeatureId::atr14)]);
  }
  const bool is_funding_known = close.ns() - series.funding_ns <= kFundingAgeMax.ns();
  now[index_of(FeatureId::funding_bps)] = is_funding_known ? series.funding_bps : kAbsent;
  now[index_of(FeatureId::btc_ret_bps)] = btc_return(series, tf, close);
  if (wanted.has_extras()) [[unlikely]] {
    const auto index = static_cast<std::size_t>(&series - series_.data());
    close_asked({index, tf, bar, boundary, close, now});
  }
  if (series.is_leader) {
    lead(series.leads[tf], now[index_of(FeatureId::ret_bps)], close);
  }
  series.frame_close_ns[tf] = boundary.ns();
  series.pending[tf].end_ns = Pending::kNotOpen;
}

void FeaturePipeline::close_asked(const Closing& closing) noexcept {
  const OnDemand wanted = wanted_[closing.tf];
  close_extras(closing);
  drop_infinite(closing.now + kFirstAsked, end_of_row(wanted) - kFirstAsked);
  if (wanted.has(OnDemand::user)) {
    close_own(closing);
  }
}

void FeaturePipeline::lead(Lead& lead, double ret_bps, Timestamp close) noexcept {
  if (close.ns() > lead.known_ns) {
    lead.prior_ns = lead.known_ns;
    lead.prior_ret_bps = lead.ret_bps;
    lead.known_ns = close.ns();
  }
  lead.ret_bps = ret_bps;
}

double FeaturePipeline::btc_return(const Series& series, std::size_t tf,
                                   Timestamp close) const noexcept {
  if (!series.btc.is_valid()) {
    return kAbsent;
  }
  const Lead& lead = series_[series.btc.index()].leads[tf];
  const bool is_latest = lead.known_ns < close.ns();
  const std::int64_t known_ns = is_latest ? lead.known_ns : lead.prior_ns;
  const bool is_usable = known_ns < close.ns() && close.ns() - known_ns <= 2 * kLengthsNs[tf];
  return !is_usable ? kAbsent : is_latest ? lead.ret_bps : lead.prior_ret_bps;
}

void FeaturePipeline::on_funding(const model::FundingRate& funding, Timestamp ts) noexcept {
  Series& series = series_[funding.instrument_id.index()];
  series.funding_bps = measure(funding.rate) * 1e4;
  series.funding_ns = ts.ns();
  inputs_[funding.instrument_id.index()].funding.add(series.funding_bps, ts);
}

Timestamp FeaturePipeline::frame_close(InstrumentId id, Timeframe tf) const noexcept {
  return Timestamp{series_[id.index()].frame_close_ns[static_cast<std::size_t>(tf)]};
}

std::uint32_t FeaturePipeline::bars_closed(InstrumentId id, Timeframe tf) const noexcept {
  return series_[id.index()].frames[static_cast<std::size_t>(tf)].bars();
}

bool FeaturePipeline::is_warm(InstrumentId id, FeatureId feature, Timeframe tf) const noexcept {
  const Series& series = series_[id.index()];
  const Frame& frame = series.frames[static_cast<std::size_t>(tf)];
  const std::uint32_t needed = schema()[index_of(feature)].warm_up_bars;
  switch (feature) {
    case FeatureId::none:
    case FeatureId::p_up:
    case FeatureId::count_:
      return false;
    case FeatureId::macd_hist:
      return frame.macd_bars() >= needed;
    case FeatureId::funding_bps:
      return std::isfinite(view(id).value(feature, tf));
    case FeatureId::btc_ret_bps:
      return series.btc.is_valid() && frame.bars() >= 1 &&
             bars_closed(series.btc, tf) >= needed;
    default:
      return OnDemand{OnDemand::bit_of(feature)}.has_extras()
                 ? std::isfinite(view(id).value(feature, tf))
                 : frame.bars() >= needed;
  }
}

Duration FeaturePipeline::funding_age(InstrumentId id, Timestamp now) const noexcept {
  const Series& series = series_[id.index()];
  return std::isfinite(series.funding_bps) ? now - Timestamp{series.funding_ns}
                                           : Timestamp::never() - now;
}

}  // namespace lanner::features
