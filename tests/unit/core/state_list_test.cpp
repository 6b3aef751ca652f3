// Members that a class does not list are not saved. Constants and rooms to work in need not be;
// what else is left out would be noticed late, or never where it only counts. So the bytes of each
// class that its list leaves out, padding included, stand here: whoever adds a member lists it, or
// says here that it is no state.

#include <doctest/doctest.h>

#include <cxxabi.h>

#include <cstdlib>
#include <map>
#include <string>
#include <typeinfo>
#include <utility>

#include "base/state_archive.hpp"
#include "core/engine.hpp"
#include "sim/exchange.hpp"

namespace lanner {
namespace {

// Walks an object as a writer would, and adds up what lies inside of each class with a list.
class Surveyor {
 public:
  static constexpr bool kLoads = false;

  template <typename... T>
  void operator()(T&... values) {
    (look(values), ...);
  }
  void raw(const void* /*from*/, std::size_t /*bytes*/) {}
  void refuse() {}

  std::map<std::string, std::size_t> left_out;

 private:
  template <typename T>
  static std::string name_of() {
    char* const text = abi::__cxa_demangle(typeid(T).name(), nullptr, nullptr, nullptr);
    std::string name = text;
    std::free(text);
    return name;
  }

  template <typename T>
  void look(T& value) {
    const auto* const at = reinterpret_cast<const std::byte*>(&value);
    if (at >= begin_ && at < end_) {
      listed_ += sizeof value;
    }
    if constexpr (detail::HasFields<T, Surveyor>) {
      const auto* const begin = std::exchange(begin_, at);
      const auto* const end = std::exchange(end_, at + sizeof value);
      const std::size_t listed = std::exchange(listed_, 0);
      value.fields(*this);
      const std::string name = name_of<T>();
      if (name.find('<') == std::string::npos && listed_ <= sizeof value) {
        left_out[name] = sizeof value - listed_;
      }
      begin_ = begin;
      end_ = end;
      listed_ = listed;
    } else if constexpr (requires { value.resize(1); value.front(); }) {
      if (!value.empty()) {
        look_inside(value.front());
      }
    } else if constexpr (detail::IsArray<T>::value) {
      look_inside(value.front());
    } else {
      look_inside(value);
    }
  }
  // Plain structs list themselves; what they hold may have a list.
  template <typename T>
  void look_inside(T& value) {
    if constexpr (detail::HasFields<T, Surveyor>) {
      look(value);
    } else if constexpr (!detail::kIsRaw<T> && std::is_aggregate_v<T> &&
                         !detail::IsArray<T>::value) {
      const auto* const begin = std::exchange(begin_, nullptr);
      const auto* const end = std::exchange(end_, nullptr);
      std::apply([this](auto&... each) { (look(each), ...); }, fields_of(value));
      begin_ = begin;
      end_ = end;
    }
  }

  const std::byte* begin_ = nullptr;
  const std::byte* end_ = nullptr;
  std::size_t listed_ = 0;
};

core::EngineConfig small_config() {
  core::EngineConfig config;
  model::Instrument instrument;
  instrument.id = InstrumentId{0};
  instrument.name = "BTCUSDT-PERP.BINANCE";
  instrument.venue_id = VenueId{0};
  config.instruments.push_back(instrument);
  config.is_active = {1};
  config.balance_by_venue = {Money::from_int(1'000)};
  return config;
}

constexpr const char* kLeftOut = R"(lanner::core::Engine 1104
lanner::core::ProbeBudget 0
lanner::exec::OrderManager 32
lanner::features::ClosePair 0
lanner::features::DirectionalIndex 0
lanner::features::Ema 4
lanner::features::FeaturePipeline 56
lanner::features::Frame 0
lanner::features::FundingRanks 0
lanner::features::LiquidationFlow 0
lanner::features::Momentum 0
lanner::features::OnDemand 0
lanner::features::OrderFlow 7
lanner::features::RegimeTracker 9
lanner::features::WeightedMoments 4
lanner::features::WilderMean 4
lanner::learn::AdaptationEngine 100
lanner::learn::AdaptationEngine::Place 16
lanner::learn::BlockEvidence 0
lanner::learn::CandidateLog 116
lanner::learn::ClaimBook 8
lanner::learn::DecayScale 15
lanner::learn::EDetector 0
lanner::learn::EProcess 0
lanner::learn::KnowledgeBrain 16
lanner::learn::MixtureMartingale 0
lanner::learn::ParameterRegistry 3
lanner::learn::PatternLibrary 64
lanner::learn::PatternLibrary::Pattern 14
lanner::learn::ProposerLedger 0
lanner::learn::Reflection 207
lanner::learn::Reflection::Slice 0
lanner::learn::RegimeRules 0
lanner::learn::VolatilityTerciles 0
lanner::market::BarBuilder 0
lanner::market::CostModel 88
lanner::market::MarketState 0
lanner::model::ParameterSet 4
lanner::portfolio::Portfolio 8
lanner::risk::EntryWindow 0
lanner::risk::EquityGuard 6
lanner::risk::RiskGovernor 13
lanner::sim::Account 24
lanner::sim::BusyMinutes 0
lanner::sim::DepthBooks 32
lanner::sim::Exchange 176
lanner::sim::ExchangeLog 24
lanner::sim::IdRegistry 0
lanner::sim::LatencyModel 96
lanner::sim::OrderBook 0
lanner::sim::QueuePosition 6
lanner::sim::Recorder 8
lanner::strategy::BarHistory 32
lanner::strategy::DefaultStrategist 13840
lanner::strategy::Planner 24
lanner::strategy::ReturnCorrelation 792
lanner::strategy::Sniper 224
lanner::strategy::TriggerReplay 328
)";

// Of these bytes: settings, which grow with each new one and are no state.
std::size_t settings_in(const std::string& name) {
  if (name == "lanner::core::Engine") {
    return sizeof(core::EngineConfig) - sizeof(model::InstrumentTable) -
           sizeof(model::ParameterSet);
  }
  return name == "lanner::strategy::DefaultStrategist" ? sizeof(model::ParameterSet) : 0;
}

TEST_CASE("what the lists of state leave out is known, class by class") {
  const core::EngineConfig config = small_config();
  core::Engine engine(config);
  sim::ExchangeConfig venue;
  venue.balances = config.balance_by_venue;
  sim::Exchange exchange(config.instruments, config.parameters, venue);
  Surveyor surveyor;
  surveyor(engine, exchange);
  std::string found;
  for (const auto& [name, bytes] : surveyor.left_out) {
    found += name + " " + std::to_string(bytes - settings_in(name)) + "\n";
  }
  CHECK(found == kLeftOut);
}

}  // namespace
}  // namespace lanner
