//===- Isolate.cpp - cases in processes of their own -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// A child writes two lines of JSON into a pipe, the operators and the result,
// and ends. Its messages go to a file without a name, whose last line is the
// reason if it ends without a result.
//
//===----------------------------------------------------------------------===//

#include "Isolate.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace llvm;

namespace wafer::conformance {
namespace {

using Clock = std::chrono::steady_clock;

/// A running child.
struct Child {
  size_t index = 0;
  pid_t pid = -1;
  /// Where its lines arrive.
  int pipe = -1;
  FILE *messages = nullptr;
  std::string received;
  Clock::time_point started;
};

double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

} // namespace

static json::Object toJSON(const CaseResult &result) {
  auto finite = [](double value) {
    return std::isfinite(value) ? value : std::numeric_limits<double>::max();
  };
  return json::Object{{"status", static_cast<int64_t>(result.status)},
                      {"reason", json::fixUTF8(result.reason)},
                      {"maxAbsError", finite(result.maxAbsError)},
                      {"relativeRms", finite(result.relativeRms)},
                      {"isJudgedByRms", result.isJudgedByRms},
                      {"hasBoundInputs", result.hasBoundInputs}};
}

static void limitResources(const RunOptions &options) {
  rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
#if !defined(__SANITIZE_ADDRESS__) && !__has_feature(address_sanitizer)
  // The address sanitizer reserves terabytes that it never touches.
  if (options.memoryLimitInMegabytes > 0) {
    rlim_t bytes = static_cast<rlim_t>(options.memoryLimitInMegabytes) << 20;
    rlimit limit{bytes, bytes};
    setrlimit(RLIMIT_AS, &limit);
  }
#endif
  // Signals end the child at once: printing a stack takes longer than a case.
  for (int signal : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGTERM, SIGINT})
    std::signal(signal, SIG_DFL);
}

[[noreturn]] static void runChild(const Case &test, const RunOptions &options,
                                  int pipe, FILE *messages) {
  limitResources(options);
  dup2(fileno(messages), STDERR_FILENO);
  dup2(fileno(messages), STDOUT_FILENO);
  raw_fd_ostream os(pipe, /*shouldClose=*/false);
  CaseResult result =
      runCase(test, options, [&](const std::vector<std::string> &operators) {
        os << json::Value(json::Array(operators)) << "\n";
        os.flush();
      });
  os << json::Value(toJSON(result)) << "\n";
  os.flush();
  // Destructors of libraries are the parent's.
  _exit(0);
}

static std::optional<Child> start(const Case &test, size_t index,
                                  const RunOptions &options) {
  int ends[2];
  Child child;
  child.index = index;
  child.messages = std::tmpfile();
  if (!child.messages || pipe2(ends, O_CLOEXEC) != 0)
    return std::nullopt;
  child.started = Clock::now();
  llvm::outs().flush();
  child.pid = fork();
  if (child.pid == 0) {
    close(ends[0]);
    runChild(test, options, ends[1], child.messages);
  }
  close(ends[1]);
  child.pipe = ends[0];
  return child.pid > 0 ? std::optional(child) : std::nullopt;
}

/// The last line that the child printed, without the tool's name.
static std::string getLastMessage(FILE *messages) {
  constexpr long kTail = 4096;
  std::fseek(messages, 0, SEEK_END);
  std::fseek(messages, std::max(0L, std::ftell(messages) - kTail), SEEK_SET);
  std::string tail(kTail, '\0');
  tail.resize(std::fread(tail.data(), 1, tail.size(), messages));
  StringRef text = StringRef(tail).rtrim();
  return text.substr(text.rfind('\n') + 1).str();
}

static void parseLines(StringRef lines, CaseResult &result, bool &hasResult) {
  while (!lines.empty()) {
    auto [line, rest] = lines.split('\n');
    lines = rest;
    Expected<json::Value> value = json::parse(line);
    if (!value) {
      consumeError(value.takeError());
      continue;
    }
    if (const json::Array *operators = value->getAsArray())
      for (const json::Value &name : *operators)
        result.operators.push_back(name.getAsString().value_or("").str());
    const json::Object *object = value->getAsObject();
    if (!object)
      continue;
    hasResult = true;
    result.status = static_cast<Status>(object->getInteger("status").value_or(
        static_cast<int64_t>(Status::Fail)));
    result.reason = object->getString("reason").value_or("").str();
    result.maxAbsError = object->getNumber("maxAbsError").value_or(0);
    result.relativeRms = object->getNumber("relativeRms").value_or(0);
    result.isJudgedByRms = object->getBoolean("isJudgedByRms").value_or(false);
    result.hasBoundInputs =
        object->getBoolean("hasBoundInputs").value_or(false);
  }
}

/// True for messages of the C and C++ libraries about want of memory.
static bool speaksOfMemory(StringRef message) {
  return message.contains("bad_alloc") || message.contains("out of memory") ||
         message.contains("Cannot allocate memory") ||
         message.contains("Allocation failed");
}

/// Why a child ended without a result.
static std::string describeEnd(int status, const std::string &message,
                               bool isLate, const RunOptions &options) {
  std::string reason;
  raw_string_ostream os(reason);
  if (isLate)
    os << format("no result within %g s", options.timeLimitInSeconds);
  else if (speaksOfMemory(message))
    os << "needs more than " << options.memoryLimitInMegabytes << " MB";
  else if (WIFSIGNALED(status))
    os << "crashed: " << strsignal(WTERMSIG(status));
  else
    os << "ended with code " << WEXITSTATUS(status);
  if (!message.empty() && !isLate)
    os << ": " << message;
  return reason;
}

/// Waits for a child whose pipe is closed or whose time is over.
static CaseResult finish(Child &child, bool isLate, const RunOptions &options) {
  if (isLate)
    kill(child.pid, SIGKILL);
  int status = 0;
  waitpid(child.pid, &status, 0);
  CaseResult result;
  bool hasResult = false;
  parseLines(child.received, result, hasResult);
  std::string message = getLastMessage(child.messages);
  if (!hasResult) {
    result.status = Status::Fail;
    result.reason = describeEnd(status, message, isLate, options);
  } else if (result.status != Status::Pass && speaksOfMemory(result.reason)) {
    result.status = Status::Fail;
    result.reason = describeEnd(status, result.reason, isLate, options);
  } else if (StringRef(result.reason).ends_with("executor's messages")) {
    result.reason = message;
  }
  result.seconds = secondsSince(child.started);
  close(child.pipe);
  std::fclose(child.messages);
  return result;
}

/// Reads what has come. True at the end of the pipe.
static bool receive(Child &child) {
  char bytes[65536];
  ssize_t count = read(child.pipe, bytes, sizeof(bytes));
  if (count > 0)
    child.received.append(bytes, static_cast<size_t>(count));
  return count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN);
}

std::vector<CaseResult> runIsolated(ArrayRef<Case> cases,
                                    const Options &options,
                                    ResultListener onResult) {
  std::vector<CaseResult> results(cases.size());
  std::vector<Child> running;
  size_t next = 0;
  constexpr int kPollInMilliseconds = 100;
  while (next < cases.size() || !running.empty()) {
    while (next < cases.size() && running.size() < options.jobs) {
      if (auto child = start(cases[next], next, options.run)) {
        running.push_back(std::move(*child));
      } else {
        results[next].reason = "no process could be started for it";
        onResult(next, results[next]);
      }
      ++next;
    }
    std::vector<pollfd> waits;
    for (const Child &child : running)
      waits.push_back({child.pipe, POLLIN, 0});
    poll(waits.data(), waits.size(), kPollInMilliseconds);
    for (size_t i = running.size(); i-- > 0;) {
      Child &child = running[i];
      bool hasEnded = waits[i].revents != 0 && receive(child);
      bool isLate = !hasEnded && secondsSince(child.started) >
                                     options.run.timeLimitInSeconds;
      if (!hasEnded && !isLate)
        continue;
      results[child.index] = finish(child, isLate, options.run);
      onResult(child.index, results[child.index]);
      running.erase(running.begin() + i);
    }
  }
  return results;
}

} // namespace wafer::conformance
