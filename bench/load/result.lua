-- Prints the result as one line of JSON; times are microseconds.
function done(summary, latency)
  local errors = summary.errors
  print(string.format('RESULT {"replies":%d,"refused":%d,"microseconds":%d,"p50":%d,"p99":%d,"max":%d}',
    summary.requests, errors.status + errors.connect + errors.read + errors.write + errors.timeout,
    summary.duration, latency:percentile(50), latency:percentile(99), latency.max))
end
