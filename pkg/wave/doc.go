// Package wave is the language of the bus: every subject that exists, every message that travels, and the
// verbs a bus offers. It knows no bus; services built on it run over any, and in any test.
//
// Subjects are values of type Subject, made by New and read by ParseSubject, from one table that lists every
// legal form (Forms). Bodies are JSON with snake_case keys: durations as Go strings, memory in bytes, times
// as RFC 3339 in UTC. Decode reads a body, fills its documented defaults once and refuses what breaks a rule
// with a *Rule naming the field; Encode is its mirror. The hot one, Wave, has its own reader (ParseWave,
// ParseFrame) and writer (Append, Packer). Each body's JSON Schema is embedded (Schema).
//
// On read unknown fields are ignored, key case matters, a key given twice and a null are refused: an absent
// field, a null and a zero must not mean the same by accident.
package wave
