// Package boundary stands between the gates and the minds: it makes one typed request of each opening that
// a declared event asks about, and lets nothing else through.
//
//	cognitive.boundary.transform ──▶ request ──▶ JSON Schema of the event ──▶ cognitive.{mind}.request.boundary
//	                                                   └──▶ nervous.rejects
//
// It is deterministic: no model is asked. The input of a request is made of what the signals carried:
//
//   - "gate" is the gate that opened, "region" the label of the surest signal that has one;
//   - "signals" lists what was said, as {source, cell, region, confidence, valence, content};
//   - each key of a signal's content becomes a key of the input, when the content is an object, and "text"
//     when it is a string. Where two signals carry the same key, the surer one counts, of two that are
//     equally sure the first. A signal with negative valence says what is not so, and adds nothing. The
//     three keys above cannot be taken.
//
// So a cell that computed {"result": 42} hands the result to the mind, and an event's schema can demand it:
// the schema sees the whole request.
//
// Guarantees: what was stored satisfies wave's own schema of a request and the event's; the id is derived
// from the opening and the event, so a transform that comes twice makes one request; what is refused is
// counted and reported with its reason, at most ten times a second.
package boundary
