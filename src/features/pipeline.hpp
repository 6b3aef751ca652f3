#pragma once

// One streaming feature pipeline, used online and for data sets. Base bars of any interval go in;
// each longer timeframe is built from them and its features are computed when its bar closes.

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "base/fixed.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "features/feature_view.hpp"
#include "features/frame.hpp"
#include "features/market_inputs.hpp"
#include "features/schema.hpp"
#include "features/user_feature.hpp"
#include "model/condition.hpp"
#include "model/instrument.hpp"
#include "model/market_data.hpp"

namespace lanner::features {

// The timeframes that closed with one base bar.
struct FrameSet {
  std::uint8_t bits = 0;
  [[nodiscard]] constexpr bool has(model::Timeframe tf) const noexcept {
    return (bits & (1U << static_cast<unsigned>(tf))) != 0;
  }
  [[nodiscard]] constexpr bool any() const noexcept { return bits != 0; }
  constexpr void add(model::Timeframe tf) noexcept {
    bits = static_cast<std::uint8_t>(bits | (1U << static_cast<unsigned>(tf)));
  }
};

// A bar of a timeframe closes with the base bar that ends at its boundary or, when that one is
// missing, with the next base bar after it: late, never early. Without a base bar there is no bar.
// A base bar that begins before the previous one ended (a duplicate, another interval over the
// same time) or has no positive price is ignored and counted.
//
// The BTC series of an instrument is the one of its venue, kind and quote, its spot series the one
// of its venue, base and quote, the other venue's the first of its base, kind and (dollar) quote.
// Of other instruments only what closed strictly before the reader's event is seen, so the order of
// instruments at one instant is without effect. Nothing allocates after construction but the first
// subscription to a feature of the session's own on a timeframe.
class FeaturePipeline {
 public:
  // `wanted` is what is worked out on every timeframe from the start. `own` are the session's own
  // features, at most kUserFeaturesMax, whose texts compile.
  explicit FeaturePipeline(const model::InstrumentTable& instruments,
                           OnDemand wanted = {},
                           std::span<const UserFeature> own = {});

  // Of the other venues, only one whose instrument is heard in this session is compared with.
  void keep_links(const model::InstrumentTable& instruments,
                  std::span<const std::uint8_t> is_heard) noexcept;

  // From now on this feature is worked out too: it warms up from the next bar. What is always
  // there, windows among it, is not affected.
  void subscribe(model::FeatureId id, model::Timeframe tf) noexcept;

  // `close` is the bar's end, ts_event of the event that brings it.
  FrameSet on_bar(const model::Bar& bar, Timestamp close) noexcept;
  void on_funding(const model::FundingRate& funding, Timestamp ts) noexcept;
  // Both prices zero say that the book cannot be believed: quotes and depths known so far are
  // forgotten at once. A quote with one side only is left out.
  void on_quote(const model::QuoteTick& quote, Timestamp ts) noexcept;
  void on_depth(const model::BookDepth& depth, Timestamp ts) noexcept;
  void on_open_interest(const model::OpenInterest& open, Timestamp ts) noexcept;
  void on_liquidation(const model::Liquidation& forced, Timestamp ts) noexcept;
  void on_sentiment(const model::Sentiment& mood, Timestamp ts) noexcept;

  [[nodiscard]] FeatureView view(InstrumentId id) const noexcept {
    const Series& series = series_[id.index()];
    return {series.now.data(), series.before.data(), &series.regimes, series.frames.data()};
  }
  // Known from the first subscription to one of trend, vol_tercile, liquidity, btc_trend on.
  [[nodiscard]] const MarketRegime& regime(InstrumentId id) const noexcept {
    return inputs_[id.index()].regime.now();
  }
  // How often the known regimes of an instrument, or of all together, changed to others.
  [[nodiscard]] std::uint32_t regime_flips(InstrumentId id) const noexcept {
    return inputs_[id.index()].regime_flips;
  }
  [[nodiscard]] std::uint64_t regime_flips() const noexcept { return regime_flips_; }
  // End of the last closed bar of the timeframe (its boundary, even when it closed late); unset
  // before the first.
  [[nodiscard]] Timestamp frame_close(InstrumentId id, model::Timeframe tf) const noexcept;
  [[nodiscard]] bool is_warm(InstrumentId id, model::FeatureId feature,
                             model::Timeframe tf) const noexcept;
  [[nodiscard]] std::uint32_t bars_closed(InstrumentId id, model::Timeframe tf) const noexcept;
  // Age of the last known funding rate; Timestamp::never() - now before the first.
  [[nodiscard]] Duration funding_age(InstrumentId id, Timestamp now) const noexcept;
  // The BTC series that leads this instrument; invalid on BTC itself and where there is none.
  [[nodiscard]] InstrumentId btc_of(InstrumentId id) const noexcept {
    return series_[id.index()].btc;
  }
  [[nodiscard]] std::uint64_t ignored_bars(InstrumentId id) const noexcept {
    return series_[id.index()].ignored;
  }

  [[nodiscard]] std::uint64_t schema_hash() const noexcept { return schema_hash_; }
  [[nodiscard]] static std::span<const FeatureInfo> schema() noexcept {
    return features::schema();
  }

 private:
  static constexpr std::size_t kValues = model::kTimeframeCount * model::kFeatureCount;

  // A bar of a longer timeframe that is not closed yet.
  struct Pending {
    static constexpr std::int64_t kNotOpen = std::numeric_limits<std::int64_t>::min();
    std::int64_t end_ns = kNotOpen;
    Ohlcv bar;
  };
  // Returns of the last two instants at which a bar of the timeframe closed.
  struct Lead {
    std::int64_t known_ns = 0;
    double ret_bps = kAbsent;
    std::int64_t prior_ns = 0;
    double prior_ret_bps = kAbsent;
  };
  struct Series {
    std::array<double, kValues> now{};
    std::array<double, kValues> before{};
    std::array<Frame, model::kTimeframeCount> frames;
    std::array<Pending, model::kTimeframeCount> pending;
    std::array<Lead, model::kTimeframeCount> leads;
    std::array<std::int64_t, model::kTimeframeCount> frame_close_ns{};
    std::int64_t base_end_ns = 0;
    std::int64_t day_end_ns = 0;  // of the VWAP's anchor day
    double turnover = 0.0;        // typical price x volume since 00:00 UTC
    double volume = 0.0;
    double funding_bps = kAbsent;
    std::int64_t funding_ns = 0;
    std::uint64_t ignored = 0;
    std::uint8_t regimes = bit_of(model::Regime::any);
    InstrumentId btc;
    std::int32_t interval_s = 0;  // of the last base bar
    std::uint32_t first_fed = 0;  // it divides this timeframe and all longer ones
    bool is_leader = false;       // others read its returns
  };
  static_assert(sizeof(Series) <= 12'288);

  FrameSet extend_frames(Series& series, const Ohlcv& bar, std::int64_t open_ns, Timestamp close,
                         FrameSet& late) noexcept;
  void close_late(Series& series, std::size_t tf, Timestamp close, FrameSet& late) noexcept;
  void close_frame(Series& series, std::size_t tf, const Ohlcv& bar, Timestamp close) noexcept;
  static void lead(Lead& lead, double ret_bps, Timestamp close) noexcept;
  [[nodiscard]] double btc_return(const Series& series, std::size_t tf,
                                  Timestamp close) const noexcept;
  // One timeframe of one instrument that closes: what needs more than its bars.
  struct Closing {
    std::size_t index = 0;  // of the instrument
    std::size_t tf = 0;
    Ohlcv bar;
    Timestamp boundary;
    Timestamp known;
    double* now = nullptr;
  };
  void link(const model::InstrumentTable& instruments);
  void sample_spread(InstrumentId id, Timestamp close) noexcept;
  // Not part of its caller, which most frames leave without it.
  [[gnu::noinline]] void close_asked(const Closing& closing) noexcept;
  void close_extras(const Closing& closing) noexcept;
  void close_book(const Closing& closing) noexcept;
  void close_flows(const Closing& closing) noexcept;
  void close_pairs(const Closing& closing) noexcept;
  void close_regime(const Closing& closing) noexcept;
  void close_rank(const Closing& closing) noexcept;
  void close_own(const Closing& closing) noexcept;
  void subscribe_own(std::size_t place, model::Timeframe tf);
  [[nodiscard]] double rank_of(std::size_t index, Timestamp known) const noexcept;

  std::vector<Series> series_;
  std::vector<MarketInputs> inputs_;  // by instrument; touched only where it is asked for
  std::vector<std::uint32_t> peers_;  // by instrument: equal numbers are ranked together
  std::array<OnDemand, model::kTimeframeCount> wanted_;
  OnDemand wanted_anywhere_;
  std::int32_t mood_ = 0;
  Timestamp mood_at_;
  std::uint64_t regime_flips_ = 0;
  // The session's own features: what they do, and on each timeframe that is subscribed to what
  // they remember, one instrument after the other.
  struct OwnFeature {
    FeatureProgram program;
    std::array<std::vector<double>, model::kTimeframeCount> state;
    FrameSet frames;
  };
  std::vector<OwnFeature> own_;
  std::uint64_t schema_hash_ = 0;

 public:
  // What it remembers (base/state_archive.hpp).
  template <typename Archive>
  void fields(Archive& archive) {
    archive(series_, inputs_, wanted_, wanted_anywhere_, mood_, mood_at_, regime_flips_);
    for (OwnFeature& own : own_) {
      archive(own.state, own.frames);
    }
  }
};

}  // namespace lanner::features
