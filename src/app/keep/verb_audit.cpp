#include <fmt/core.h>

#include <array>

#include "app/keep/database_path.hpp"
#include "app/verb.hpp"
#include "runtime/json_out.hpp"
#include "runtime/projection/audit.hpp"

namespace lanner::app {
namespace {

constexpr int kFound = 8;
constexpr std::array kAuditFlags{kDatabaseFlag};

void print_audit_json(const runtime::AuditResult& audit) {
  runtime::JsonArray findings;
  for (const runtime::Finding& finding : audit.findings) {
    runtime::JsonObject item;
    item.set("level", runtime::name_of(finding.level))
        .set("check", finding.check)
        .set("what", finding.what)
        .set("where", finding.where)
        .set("todo", finding.todo);
    findings.add(item);
  }
  runtime::JsonArray checks;
  for (const std::string& check : audit.checks) {
    checks.add(check);
  }
  runtime::JsonObject out{"audit/1"};
  out.set("ok", !audit.has_failure()).set("findings", findings).set("checks", checks);
  fmt::print("{}\n", out.text());
}

Result<int> run_audit(const Invocation& in) {
  auto connection = store::sqlite::Connection::open(database_path(in),
                                                    store::sqlite::Access::read_only);
  if (!connection) {
    return tl::unexpected{connection.error()};
  }
  const auto audit = runtime::audit_profile(*connection, in.profile());
  if (!audit) {
    return tl::unexpected{audit.error()};
  }
  if (in.is_json()) {
    print_audit_json(*audit);
    return audit->has_failure() ? kFound : 0;
  }
  for (const runtime::Finding& finding : audit->findings) {
    fmt::print("{:<8} {:<18} {}: {}\n{:<27} {}\n", runtime::name_of(finding.level), finding.check,
               finding.where, finding.what, "", finding.todo);
  }
  fmt::print("{} checks, {} findings\n", audit->checks.size(), audit->findings.size());
  return audit->has_failure() ? kFound : 0;
}

}  // namespace

Verb audit_verb() noexcept {
  return Verb{.name = "audit",
              .alias = {},
              .purpose = "find tables nobody feeds or reads, learners gone stale, labels missing",
              .example = "lanner audit",
              .arguments = {},
              .flags = kAuditFlags,
              .run = run_audit,
              .verbs = {}};
}

}  // namespace lanner::app
