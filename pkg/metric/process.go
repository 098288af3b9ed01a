package metric

const process owner = "every process"

// What every process tells.
var (
	BuildInfo = process.gauge("nimmer_build_info", "1; which process this is, and how it was built.", "process", "version", "goversion")
	Ready     = process.gauge("nimmer_ready", "Whether the process is ready for work, as /readyz says.")
	CheckOK   = process.gauge("nimmer_check_ok", "Whether a check of the process passes.", "check")
	Telling   = process.counter("nimmer_metrics_failures_total", "How often a part of the process could not tell its metrics.", "part")
)

const busClient owner = "every process on the bus"

// What a connection to the bus tells. connection is whose it is, as "gate_virtual", or the account it goes
// into.
var (
	BusConnected     = busClient.gauge("nimmer_bus_connected", "Whether the connection to the bus is up.", "environment", "connection")
	BusDisconnects   = busClient.counter("nimmer_bus_disconnects_total", "Connections that were lost.", "environment", "connection")
	BusReconnects    = busClient.counter("nimmer_bus_reconnects_total", "Connections that came back.", "environment", "connection")
	BusSlow          = busClient.counter("nimmer_bus_slow_consumers_total", "How often a subscription fell behind and began to drop.", "environment", "connection")
	BusDropped       = busClient.counter("nimmer_bus_dropped_total", "Messages that were dropped because the process was too slow.", "environment", "connection")
	BusDenied        = busClient.counter("nimmer_bus_denied_total", "Publishes and subscriptions that the server refused.", "environment", "connection")
	BusErrors        = busClient.counter("nimmer_bus_errors_total", "Other errors that the server or the client reported.", "environment", "connection")
	BusReceived      = busClient.counter("nimmer_bus_received_messages_total", "Messages that came in.", "environment", "connection")
	BusSent          = busClient.counter("nimmer_bus_sent_messages_total", "Messages that went out.", "environment", "connection")
	BusReceivedBytes = busClient.counter("nimmer_bus_received_bytes_total", "Bytes that came in.", "environment", "connection")
	BusSentBytes     = busClient.counter("nimmer_bus_sent_bytes_total", "Bytes that went out.", "environment", "connection")
	BusSubscriptions = busClient.gauge("nimmer_bus_subscriptions", "Open subscriptions.", "environment", "connection")
	BusPending       = busClient.gauge("nimmer_bus_pending_messages", "Messages that wait in the process to be handled.", "environment", "connection")
)
