//===- SeededLocation.cpp - seeds in the place of file names ----*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "wafer/Support/SeededValues.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/Twine.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>
#include <cstdlib>

using namespace llvm;

namespace wafer {

static constexpr StringLiteral kScheme = "wafer-seeded:";

StringRef stringifySeededDistribution(SeededDistribution distribution) {
  return distribution == SeededDistribution::Uniform ? "uniform" : "normal";
}

/// The shortest decimal that reads back as `value`.
static std::string printFloat(float value) {
  std::string text;
  for (int digits = 1; digits <= 9; ++digits) {
    text.clear();
    raw_string_ostream(text) << format("%.*g", digits, double(value));
    if (std::strtof(text.c_str(), nullptr) == value)
      break;
  }
  return text;
}

std::string makeSeededLocation(const SeededValues &values) {
  return (kScheme + stringifySeededDistribution(values.distribution) +
          "?seed=" + Twine(values.seed) + "&base=" + Twine(values.base) +
          "&scale=" + printFloat(values.scale) +
          "&mean=" + printFloat(values.mean))
      .str();
}

bool isSeededLocation(StringRef location) {
  return location.starts_with(kScheme);
}

static Error makeError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

/// A finite decimal number without spaces; strtof alone would take "1x", "inf".
static bool parseFloat(StringRef text, float &value) {
  if (text.empty() || !all_of(text, [](char c) {
        return isDigit(c) || StringRef("+-.eE").contains(c);
      }))
    return false;
  std::string copy = text.str();
  char *end = nullptr;
  value = std::strtof(copy.c_str(), &end);
  return *end == 0 && std::isfinite(value);
}

static bool parseParameter(StringRef key, StringRef value,
                           SeededValues &values) {
  if (key == "seed" || key == "base") {
    uint64_t number;
    if (value.getAsInteger(10, number) || number > INT64_MAX)
      return false;
    (key == "seed" ? values.seed : values.base) = number;
    return true;
  }
  if (key == "scale")
    return parseFloat(value, values.scale) && values.scale >= 0;
  return key == "mean" && parseFloat(value, values.mean);
}

Expected<SeededValues> parseSeededLocation(StringRef location) {
  StringRef rest = location;
  if (!rest.consume_front(kScheme))
    return makeError("location \"" + location + "\" does not begin with " +
                     kScheme);
  auto [distribution, query] = rest.split('?');
  SeededValues values;
  if (distribution == "uniform")
    values.distribution = SeededDistribution::Uniform;
  else if (distribution != "normal")
    return makeError("a seeded location has the distribution uniform or "
                     "normal, found \"" +
                     distribution + "\"");
  SmallVector<StringRef> parameters;
  query.split(parameters, '&', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  StringSet<> seen;
  for (StringRef parameter : parameters) {
    auto [key, value] = parameter.split('=');
    if (!parseParameter(key, value, values) || !seen.insert(key).second)
      return makeError("a seeded location has the parameters seed, base, scale "
                       "and mean, each once, found \"" +
                       parameter + "\"");
  }
  if (!seen.contains("seed"))
    return makeError("location \"" + location + "\" has no seed");
  return values;
}

} // namespace wafer
