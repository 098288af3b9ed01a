// Package bus is the only place that speaks the NATS client protocol. It
// connects, publishes, stores, asks and answers, reads streams back in order,
// writes atomic batches, keeps small values in buckets, announces services, and
// brings the streams of a server to what the declaration says.
//
// # Connections
//
// A Conn is one connection by default, which is right for commands. A daemon
// that takes many waves and writes a journal sets Options.Split: then intake
// (subscriptions, stream readers), store (stream writes) and control
// (everything else) have a connection each, so that a flood on one does not
// hold up the others. When Options.InProcess and Options.Server are both given
// with Split, the intake goes over TCP, which carries more small messages per
// second, and the rest in process, which answers sooner.
//
// # Guarantees
//
// Publish is at most once: it is buffered while the connection is being
// restored and lost when that takes too long. Store returns only after the
// server has the message in a stream; with Message.ID a repeated Store within
// the stream's duplicate window is stored once. StoreBatch stores all messages
// of a batch or none. Follow hands a durable reader's messages over in stream
// order and acknowledges each after its handler returned nil, so a message may
// come twice (after a crash) but never out of order and never not at all. Read
// keeps no position on the server: the caller does.
//
// What may not be assumed: that two subscriptions see messages in the same
// order; that a message published before a subscription's Subscribe returned
// arrives at it; that reconnecting keeps core messages sent meanwhile.
package bus
