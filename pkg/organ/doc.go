// Package organ runs the minds of a lab: the language models that answer what a gate asked.
//
//	cognitive.{mind}.request[.{identity}] ──▶ Mind ── one at a time ──▶ Backend
//	                                           │                         openai, ollama, simulated
//	cognitive.{mind}.response  ◀── stored ─────┤
//	cognitive.{mind}.heartbeat ◀── every 10 s ─┘
//
// A Backend is one engine that serves a model. It must be able to chat; what else it can (list its models,
// be loaded and unloaded, be asked whether it is alive, let connections go) are interfaces of their own,
// found by assertion. One conformance suite, organtest, runs over all of them.
//
// Guarantees of a Mind:
//   - Every request that can be read gets exactly one response, with the id "{request}-a": also
//     one that comes too late, finds the queue full, or whose engine fails. Its decision says which.
//   - A request that comes twice is answered once; a repeated response has the same id.
//   - A request that carries a result (a cell computed it) is answered with that result, whatever the
//     model says beside it.
//   - Nothing waits longer than the request's deadline.
//
// What may not be assumed: that requests are answered in the order of their ids, or that a response was
// made by a model: the fields "backend" and "simulated" of the result say who spoke.
package organ
