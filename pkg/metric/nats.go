package metric

const natsServer owner = "a NATS server (`nimmer up`, `nimmer bus serve`, or prometheus-nats-exporter beside any other)"

// labels of prometheus-nats-exporter.
var (
	ofServer    = []string{"server_id"}
	ofJetStream = []string{"server_id", "server_name", "cluster", "domain", "meta_leader", "is_meta_leader"}
	ofAccount   = more(ofJetStream, "account", "account_name", "account_id")
	ofStream    = more(ofAccount, "stream_name", "stream_leader", "is_stream_leader", "stream_raft_group")
	ofConsumer  = more(ofStream, "consumer_name", "consumer_leader", "is_consumer_leader", "consumer_desc")
	ofSource    = more(ofStream, "source_name", "source_api", "source_deliver")
	ofLeaf      = []string{"server_id", "account", "account_id", "ip", "port", "name"}
)

func more(labels []string, add ...string) []string {
	return append(append([]string{}, labels...), add...)
}

// What a NATS server tells about itself. Names and labels are those of prometheus-nats-exporter, which calls
// everything a gauge.
var (
	ServerStart         = natsServer.gauge("gnatsd_varz_start", "When the server started, in milliseconds of Unix time.", ofServer...)
	ServerMem           = natsServer.gauge("gnatsd_varz_mem", "Resident memory in bytes.", ofServer...)
	ServerCPU           = natsServer.gauge("gnatsd_varz_cpu", "Processor use in percent of one core.", ofServer...)
	ServerCores         = natsServer.gauge("gnatsd_varz_cores", "Processor cores of the machine.", ofServer...)
	ServerConnections   = natsServer.gauge("gnatsd_varz_connections", "Clients that are connected.", ofServer...)
	ServerTotal         = natsServer.gauge("gnatsd_varz_total_connections", "Clients that have connected since the start.", ofServer...)
	ServerRoutes        = natsServer.gauge("gnatsd_varz_routes", "Connections to other members of the cluster.", ofServer...)
	ServerLeafs         = natsServer.gauge("gnatsd_varz_leafnodes", "Connections of leaf nodes.", ofServer...)
	ServerRemotes       = natsServer.gauge("gnatsd_varz_remotes", "Known members of the cluster.", ofServer...)
	ServerInMsgs        = natsServer.gauge("gnatsd_varz_in_msgs", "Messages that came in since the start.", ofServer...)
	ServerOutMsgs       = natsServer.gauge("gnatsd_varz_out_msgs", "Messages that went out since the start.", ofServer...)
	ServerInBytes       = natsServer.gauge("gnatsd_varz_in_bytes", "Bytes that came in since the start.", ofServer...)
	ServerOutBytes      = natsServer.gauge("gnatsd_varz_out_bytes", "Bytes that went out since the start.", ofServer...)
	ServerSlow          = natsServer.gauge("gnatsd_varz_slow_consumers", "Clients that were cut off because they read too slowly.", ofServer...)
	ServerSubscriptions = natsServer.gauge("gnatsd_varz_subscriptions", "Subscriptions.", ofServer...)
	ServerMemoryUsed    = natsServer.gauge("gnatsd_varz_jetstream_stats_memory", "Bytes that JetStream holds in memory.", ofServer...)
	ServerStorageUsed   = natsServer.gauge("gnatsd_varz_jetstream_stats_storage", "Bytes that JetStream holds on disk.", ofServer...)
	ServerMemoryMax     = natsServer.gauge("gnatsd_varz_jetstream_config_max_memory", "Bytes that JetStream may hold in memory.", ofServer...)
	ServerStorageMax    = natsServer.gauge("gnatsd_varz_jetstream_config_max_storage", "Bytes that JetStream may hold on disk.", ofServer...)
	ServerAPITotal      = natsServer.gauge("gnatsd_varz_jetstream_stats_api_total", "JetStream requests since the start.", ofServer...)
	ServerAPIErrors     = natsServer.gauge("gnatsd_varz_jetstream_stats_api_errors", "JetStream requests that failed since the start.", ofServer...)

	LeafCount    = natsServer.gauge("gnatsd_leafz_conn_nodes_total", "Connections of leaf nodes.", ofServer...)
	LeafInfo     = natsServer.gauge("gnatsd_leafz_info", "1 for each connection of a leaf node.", ofLeaf...)
	LeafRTT      = natsServer.gauge("gnatsd_leafz_conn_rtt", "Round trip to the leaf node in seconds.", ofLeaf...)
	LeafInMsgs   = natsServer.gauge("gnatsd_leafz_conn_in_msgs", "Messages from the leaf node.", ofLeaf...)
	LeafOutMsgs  = natsServer.gauge("gnatsd_leafz_conn_out_msgs", "Messages to the leaf node.", ofLeaf...)
	LeafInBytes  = natsServer.gauge("gnatsd_leafz_conn_in_bytes", "Bytes from the leaf node.", ofLeaf...)
	LeafOutBytes = natsServer.gauge("gnatsd_leafz_conn_out_bytes", "Bytes to the leaf node.", ofLeaf...)
	LeafSubs     = natsServer.gauge("gnatsd_leafz_conn_subscriptions_total", "Subscriptions of the leaf node.", ofLeaf...)

	JetStreamDisabled  = natsServer.gauge("jetstream_server_jetstream_disabled", "Whether the server keeps no streams.", ofJetStream...)
	JetStreamStreams   = natsServer.gauge("jetstream_server_total_streams", "Streams on the server.", ofJetStream...)
	JetStreamConsumers = natsServer.gauge("jetstream_server_total_consumers", "Consumers on the server.", ofJetStream...)
	JetStreamMessages  = natsServer.gauge("jetstream_server_total_messages", "Stored messages.", ofJetStream...)
	JetStreamBytes     = natsServer.gauge("jetstream_server_total_message_bytes", "Stored bytes.", ofJetStream...)
	JetStreamMaxMemory = natsServer.gauge("jetstream_server_max_memory", "Bytes that may be stored in memory.", ofJetStream...)
	JetStreamMaxStore  = natsServer.gauge("jetstream_server_max_storage", "Bytes that may be stored on disk.", ofJetStream...)

	AccountMaxMemory  = natsServer.gauge("jetstream_account_max_memory", "Bytes of memory that are reserved for the account.", ofAccount...)
	AccountMaxStorage = natsServer.gauge("jetstream_account_max_storage", "Bytes of disk that are reserved for the account.", ofAccount...)
	AccountMemory     = natsServer.gauge("jetstream_account_memory_used", "Bytes that the account holds in memory.", ofAccount...)
	AccountStorage    = natsServer.gauge("jetstream_account_storage_used", "Bytes that the account holds on disk.", ofAccount...)

	StreamMessages  = natsServer.gauge("jetstream_stream_total_messages", "Messages in the stream.", ofStream...)
	StreamBytes     = natsServer.gauge("jetstream_stream_total_bytes", "Bytes in the stream.", ofStream...)
	StreamFirst     = natsServer.gauge("jetstream_stream_first_seq", "Sequence of the stream's first message.", ofStream...)
	StreamLast      = natsServer.gauge("jetstream_stream_last_seq", "Sequence of the stream's last message.", ofStream...)
	StreamConsumers = natsServer.gauge("jetstream_stream_consumer_count", "Consumers of the stream.", ofStream...)
	StreamSubjects  = natsServer.gauge("jetstream_stream_subject_count", "Subjects in the stream.", ofStream...)
	StreamMaxBytes  = natsServer.gauge("jetstream_stream_limit_bytes", "Bytes that the stream may hold; -1: no bound.", ofStream...)
	StreamMaxMsgs   = natsServer.gauge("jetstream_stream_limit_messages", "Messages that the stream may hold; -1: no bound.", ofStream...)

	SourceLag    = natsServer.gauge("jetstream_stream_source_lag", "Messages that the stream is behind the one it copies.", ofSource...)
	SourceActive = natsServer.gauge("jetstream_stream_source_active_duration_ns", "Nanoseconds since the stream it copies was heard; -1: not yet.", ofSource...)

	ConsumerDelivered   = natsServer.gauge("jetstream_consumer_delivered_consumer_seq", "Messages that were delivered, repetitions included.", ofConsumer...)
	ConsumerStreamSeq   = natsServer.gauge("jetstream_consumer_delivered_stream_seq", "Sequence of the newest message that was delivered.", ofConsumer...)
	ConsumerAckPending  = natsServer.gauge("jetstream_consumer_num_ack_pending", "Delivered messages that are not acknowledged yet.", ofConsumer...)
	ConsumerRedelivered = natsServer.gauge("jetstream_consumer_num_redelivered", "Unacknowledged messages that were delivered again.", ofConsumer...)
	ConsumerWaiting     = natsServer.gauge("jetstream_consumer_num_waiting", "Requests for messages that wait.", ofConsumer...)
	ConsumerPending     = natsServer.gauge("jetstream_consumer_num_pending", "Messages that were not delivered yet.", ofConsumer...)
	ConsumerAckFloor    = natsServer.gauge("jetstream_consumer_ack_floor_stream_seq", "Sequence below which everything is acknowledged.", ofConsumer...)
)
