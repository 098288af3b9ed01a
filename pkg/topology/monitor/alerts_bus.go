package monitor

// busAlerts are about NATS: servers, leaf nodes, streams and clients.
var busAlerts = []Alert{
	{
		Name: "NimmerBusDown", Group: "bus", Severity: Critical, For: "1m",
		Of: `up{job="nats"}`, Is: `== 0`,
		Summary:     "The bus server on {{ $labels.host }} does not answer",
		Description: "Whoever is connected to it is cut off from {{ $labels.environment }}; a leaf node goes on by itself.",
		Do:          "Look at the server's unit on the host, then `nimmer doctor --server nats://HOST:4222`.",
	},
	{
		Name: "NimmerLeafDisconnected", Group: "bus", Severity: Critical, For: "2m",
		Of: `host:nimmer_leaf_connections:missing`, Is: `> 0`,
		Summary:     "The leaf node {{ $labels.leaf }} misses {{ $value }} connections to its hub",
		Description: "There is one for each environment and account. What is published on {{ $labels.host }} is not heard elsewhere until it is back; streams that it keeps catch up by themselves.",
		Do:          "See the leaf's log on {{ $labels.host }}: a refused credential, an expired one, or no way to the hub's leaf port (7422).",
	},
	{
		Name: "NimmerStreamLag", Group: "bus", Severity: Warning, For: "5m",
		Of: `consumer:jetstream_pending:max`, Is: `> 1000`,
		Summary:     "{{ $labels.consumer_name }} is {{ $value }} messages behind in {{ $labels.stream_name }}",
		Description: "A durable reader does not keep up, or is not there. Nothing is lost until the stream reaches its limits.",
		Do:          "See whether the reader runs. One that is gone for good holds a place in the stream: remove it with `nats consumer rm`.",
	},
	{
		Name: "NimmerSourceLag", Group: "bus", Severity: Warning, For: "5m",
		Of: `jetstream_stream_source_lag`, Is: `> 100`,
		Summary:     "{{ $labels.stream_name }} is {{ $value }} messages behind {{ $labels.source_name }}",
		Description: "The hub's copy of a leaf's stream does not keep up.",
		Do:          "See the leaf's connection (alert NimmerLeafDisconnected) and its round trip (dashboard Bus).",
	},
	{
		Name: "NimmerRedelivering", Group: "bus", Severity: Warning, For: "10m",
		Of: `max by (host, stream_name, consumer_name) (jetstream_consumer_num_redelivered)`, Is: `> 10`,
		Summary:     "{{ $labels.consumer_name }} of {{ $labels.stream_name }} takes messages and does not finish them",
		Description: "{{ $value }} messages were delivered again: the reader fails on them, or is too slow for its deadline.",
		Do:          "The reader's log says why it does not acknowledge.",
	},
	{
		Name: "NimmerBusStoreFull", Group: "bus", Severity: Critical, For: "5m",
		Of: `host:jetstream_storage:used_ratio`, Is: `> 0.85`,
		Summary:     "The streams on {{ $labels.host }} have used {{ $value | humanizePercentage }} of what they may",
		Description: "At its limit the server refuses to store: gate core's decisions wait.",
		Do:          "See which stream it is (dashboard Bus). Give it an age or a size limit in the declaration, or the hub more `jetstream { store }`.",
	},
	{
		Name: "NimmerStreamFull", Group: "bus", Severity: Warning, For: "15m",
		Of: `jetstream_stream_total_bytes{is_stream_leader="true"} / (jetstream_stream_limit_bytes > 0)`, Is: `> 0.9
  and on (server_id, account, stream_name) jetstream_stream_first_seq <= 1`,
		Summary:     "The stream {{ $labels.stream_name }} on {{ $labels.host }} is nearly full",
		Description: "It holds {{ $value | humanizePercentage }} of its limit and will begin to drop its oldest messages.",
		Do:          "That is how a bounded stream works. If its beginning matters, archive it or raise the limit before it is reached.",
	},
	{
		Name: "NimmerSlowConsumers", Group: "bus", Severity: Warning,
		Of: `increase(gnatsd_varz_slow_consumers[5m])`, Is: `> 0`,
		Summary:     "The bus server on {{ $labels.host }} cut off clients that read too slowly",
		Description: "They connect again and have missed what was said meanwhile.",
		Do:          "See which process drops (`nimmer_bus_dropped_total`) and the processor of its host.",
	},
	{
		Name: "NimmerBusDropping", Group: "bus", Severity: Warning,
		Of: `increase(nimmer_bus_dropped_total[5m])`, Is: `> 0`,
		Summary:     "{{ $labels.service }} on {{ $labels.host }} drops messages of the bus",
		Description: "It is too slow for what it has subscribed; {{ $value | humanize }} messages in five minutes.",
		Do:          "See the processor of its host. A gate core that drops hears fewer waves: spread its gates, or send less.",
	},
	{
		Name: "NimmerBusDenied", Group: "bus", Severity: Warning,
		Of: `increase(nimmer_bus_denied_total[10m])`, Is: `> 0`,
		Summary:     "The bus refuses what {{ $labels.service }} on {{ $labels.host }} asks",
		Description: "It publishes or subscribes where its identity may not: its grants are too narrow, or somebody tries.",
		Do:          "Its log names the subject. `nimmer bus permissions IDENTITY` lists what it may; a missing grant belongs into the declaration.",
	},
	{
		Name: "NimmerBusDisconnected", Group: "bus", Severity: Warning, For: "1m",
		Of: `nimmer_bus_connected`, Is: `== 0`,
		Summary:     "{{ $labels.service }} on {{ $labels.host }} has no connection to the bus",
		Description: "Its connection {{ $labels.connection }} of {{ $labels.environment }} is down; it tries again by itself.",
		Do:          "See the bus server (alert NimmerBusDown), the network, and whether the credential was revoked.",
	},
}
