#include "app/data/resample.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/did_you_mean.hpp"
#include "runtime/json_out.hpp"
#include "store/catalog.hpp"
#include "store/catalog_writer.hpp"
#include "store/resample.hpp"

namespace lanner::app {
namespace {

using store::Catalog;
using store::CatalogWriter;
using store::SeriesKind;

struct ResampleRequest {
  std::int32_t source_s = 0;  // 0 = trades
  std::int32_t interval_s = 0;
  std::vector<std::string> instruments;
  bool is_beside = true;
};

struct ResampledSeries {
  std::string instrument;
  std::size_t bars = 0;
  std::uint64_t cut = 0;
  std::uint64_t saturated = 0;
};

Result<std::int32_t> length_flag(const Invocation& in, const char* flag) {
  const std::int32_t length = store::interval_of(in.text(flag));
  if (length <= 0) {
    return fail(ErrorKind::usage, std::string{flag} + " is a whole number of s, m, h or d, as in "
                                                      "7m, not '" +
                                      in.text(flag) + "'");
  }
  return length;
}

Result<ResampleRequest> resample_request(const Invocation& in) {
  if (in.text("--catalog").empty()) {
    return fail(ErrorKind::usage, "which catalog? Give --catalog DIR");
  }
  ResampleRequest request;
  request.is_beside = in.text("--out").empty();
  request.instruments = in.names("--instruments");
  const auto interval = length_flag(in, "--interval");
  if (!interval) {
    return tl::unexpected{interval.error()};
  }
  request.interval_s = *interval;
  if (in.text("--from") != "trades") {
    const auto source = length_flag(in, "--from");
    if (!source) {
      return fail(ErrorKind::usage, "--from is trades or the interval of bars, as in 1m, not '" +
                                        in.text("--from") + "'");
    }
    request.source_s = *source;
  }
  return request;
}

Status check_names(const Catalog& catalog, const std::vector<std::string>& names) {
  std::vector<std::string_view> known;
  for (const model::Instrument& instrument : catalog.instruments()) {
    known.push_back(instrument.name);
  }
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      const auto guess = closest(name, known);
      return fail(ErrorKind::usage, "unknown instrument '" + name + "'" +
                                        (guess ? "; did you mean '" + std::string{*guess} + "'?"
                                               : "; `lanner data list` shows them"));
    }
  }
  return {};
}

Result<store::Resampled> resampled(const Catalog& catalog, InstrumentId id,
                                   const ResampleRequest& request) {
  if (request.source_s == 0) {
    const auto trades = catalog.trades(id);
    if (!trades) {
      return tl::unexpected{trades.error()};
    }
    return store::resample_trades((*trades)->rows(), request.interval_s);
  }
  const auto bars = catalog.bars(id, request.source_s);
  if (!bars) {
    return tl::unexpected{bars.error()};
  }
  return store::resample_bars((*bars)->rows(), request.source_s, request.interval_s);
}

// A catalog to be played needs what else the session is charged for.
Status copy_funding(const Catalog& catalog, const model::Instrument& instrument,
                    CatalogWriter& writer) {
  const auto& series = catalog.series();
  const bool has_funding = std::any_of(series.begin(), series.end(), [&](const auto& info) {
    return info.instrument == instrument.id && info.kind == SeriesKind::funding;
  });
  if (!has_funding) {
    return {};
  }
  const auto funding = catalog.funding(instrument.id);
  return funding ? writer.write_funding(instrument.name, (*funding)->rows())
                 : Status{tl::unexpected{funding.error()}};
}

Result<ResampledSeries> write_one(const Catalog& catalog, const model::Instrument& instrument,
                                  const ResampleRequest& request, CatalogWriter& writer) {
  const auto made = resampled(catalog, instrument.id, request);
  if (!made) {
    return tl::unexpected{made.error()};
  }
  const ResampledSeries done{instrument.name, made->bars.size(), made->cut, made->saturated};
  if (made->bars.empty()) {
    return done;
  }
  Status good = request.is_beside ? Status{} : writer.add_instrument(instrument);
  if (good) {
    good = writer.write_bars(instrument.name, request.interval_s, made->bars);
  }
  if (good && !request.is_beside) {
    good = copy_funding(catalog, instrument, writer);
  }
  return good ? Result<ResampledSeries>{done} : tl::unexpected{good.error()};
}

bool is_wanted(const store::SeriesInfo& info, const std::string& name,
               const ResampleRequest& request) {
  const bool is_source = request.source_s == 0
                             ? info.kind == SeriesKind::trades
                             : info.kind == SeriesKind::bars && info.interval_s == request.source_s;
  const auto& names = request.instruments;
  return is_source &&
         (names.empty() || std::find(names.begin(), names.end(), name) != names.end());
}

Result<std::vector<ResampledSeries>> resample_all(const Invocation& in,
                                                  const ResampleRequest& request) {
  const auto catalog = Catalog::open(in.text("--catalog"));
  if (!catalog) {
    return tl::unexpected{catalog.error()};
  }
  if (const Status known = check_names(*catalog, request.instruments); !known) {
    return tl::unexpected{known.error()};
  }
  if (request.source_s == request.interval_s) {
    return fail(ErrorKind::usage, "the bars have that length already");
  }
  auto writer = CatalogWriter::create(request.is_beside ? in.text("--catalog") : in.text("--out"),
                                      catalog->origin(), std::string{catalog->origin_note()});
  if (!writer) {
    return tl::unexpected{writer.error()};
  }
  std::vector<ResampledSeries> done;
  for (const store::SeriesInfo& info : catalog->series()) {
    const model::Instrument& instrument = catalog->instruments()[info.instrument.index()];
    if (!is_wanted(info, instrument.name, request)) {
      continue;
    }
    const auto one = write_one(*catalog, instrument, request, *writer);
    if (!one) {
      return tl::unexpected{one.error()};
    }
    done.push_back(*one);
  }
  if (done.empty()) {
    return fail(ErrorKind::data, "no instrument has " + in.text("--from") +
                                     " in that catalog; lanner data list shows what it has");
  }
  if (const Status good = writer->finish(); !good) {
    return tl::unexpected{good.error()};
  }
  return done;
}

}  // namespace

Result<int> run_data_resample(const Invocation& in) {
  const auto request = resample_request(in);
  if (!request) {
    return tl::unexpected{request.error()};
  }
  const auto done = resample_all(in, *request);
  if (!done) {
    return tl::unexpected{done.error()};
  }
  runtime::JsonArray series;
  for (const ResampledSeries& one : *done) {
    if (in.is_json()) {
      series.add(runtime::JsonObject{}
                     .set("instrument", one.instrument)
                     .set("interval", store::interval_name(request->interval_s))
                     .set("rows", one.bars)
                     .set("cut", one.cut)
                     .set("saturated", one.saturated));
    } else {
      fmt::print("{}: {} bars of {} ({} cut ones left out)\n", one.instrument, one.bars,
                 store::interval_name(request->interval_s), one.cut);
    }
  }
  if (in.is_json()) {
    runtime::JsonObject out{"data-resample/1"};
    out.set("from", in.text("--from")).set("series", series);
    fmt::print("{}\n", out.text());
  }
  return 0;
}

}  // namespace lanner::app
