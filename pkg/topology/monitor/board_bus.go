package monitor

// ofStreams are the streams of the chosen environments, whose names begin with
// the environment in capitals, and of the server that leads them.
const ofStreams = `stream_name=~"(KV_)?(?i:$environment)_.+", is_stream_leader="true"`

func busBoard() dashboard {
	return board(boardBus, "Bus", "NATS: servers, streams and their readers, leaf nodes, and our connections.",
		[]variable{chooseEnvironment},
		section{"Now", []panel{
			number("Clients", "none", 4, q(`sum(gnatsd_varz_connections)`, "clients"), digits(0)),
			number("Messages in", "mps", 4, q(`sum(host:gnatsd_varz_in_msgs:rate1m)`, "in")),
			number("Messages out", "mps", 4, q(`sum(host:gnatsd_varz_out_msgs:rate1m)`, "out")),
			number("Streams on disk", "percentunit", 4, q(`max(host:jetstream_storage:used_ratio)`, "the fullest server"), steps(green, at(amber, 0.7), at(red, 0.85))),
			number("Leaf nodes", "none", 4, q(`sum(host:nimmer_leaf_connections:missing) or vector(0)`, "connections that are missing"), filled, steps(green, at(red, 1)),
				described("Connections of leaf nodes that are declared and not there.")),
			number("Slow clients", "none", 4, q(`sum(increase(gnatsd_varz_slow_consumers[1h]))`, "cut off in an hour"), filled, digits(0), steps(green, at(red, 1))),
		}},
		section{"Servers", []panel{
			lines("Messages", "mps", 8, 8, []query{
				q(`sum by (host) (rate(gnatsd_varz_in_msgs[$__rate_interval]))`, "{{host}} in"), q(`sum by (host) (rate(gnatsd_varz_out_msgs[$__rate_interval]))`, "{{host}} out"),
			}),
			lines("Bytes", "Bps", 8, 8, []query{
				q(`sum by (host) (rate(gnatsd_varz_in_bytes[$__rate_interval]))`, "{{host}} in"), q(`sum by (host) (rate(gnatsd_varz_out_bytes[$__rate_interval]))`, "{{host}} out"),
			}),
			lines("Clients", "none", 8, 8, []query{q(`sum by (host) (gnatsd_varz_connections)`, "{{host}}")}, digits(0)),
			lines("Memory", "bytes", 8, 8, []query{q(`sum by (host) (gnatsd_varz_mem)`, "{{host}}")}),
			lines("Processor", "percent", 8, 8, []query{q(`sum by (host) (gnatsd_varz_cpu)`, "{{host}}")}, described("100 is one core.")),
			lines("Subscriptions", "none", 8, 8, []query{q(`sum by (host) (gnatsd_varz_subscriptions)`, "{{host}}")}, digits(0)),
		}},
		section{"Streams", []panel{
			table("Every stream", 24, 10, []column{
				{name: "Account", label: "account"}, {name: "Stream", label: "stream_name"},
				{name: "Messages", query: streamQuery("jetstream_stream_total_messages"), unit: "short"},
				{name: "Bytes", query: streamQuery("jetstream_stream_total_bytes"), unit: "bytes"},
				{name: "Limit", query: streamQuery("jetstream_stream_limit_bytes"), unit: "bytes", more: []property{
					{"mappings", []mapping{{"value", map[string]any{"-1": map[string]any{"text": "none", "color": grey, "index": 0}}}}},
				}},
				{name: "Stored a second", query: `max by (account, stream_name) (rate(jetstream_stream_last_seq{` + ofStreams + `}[5m]))`, unit: "none", more: []property{{"decimals", 2}}},
				{name: "Subjects", query: streamQuery("jetstream_stream_subject_count"), unit: "none"},
				{name: "Readers", query: streamQuery("jetstream_stream_consumer_count"), unit: "none"},
			}),
			lines("Stored messages", "mps", 12, 8, []query{q(`sum by (stream_name) (rate(jetstream_stream_last_seq{`+ofStreams+`}[$__rate_interval]))`, "{{stream_name}}")}, stacked),
			lines("Bytes", "bytes", 12, 8, []query{q(`sum by (stream_name) (jetstream_stream_total_bytes{`+ofStreams+`})`, "{{stream_name}}")}, stacked),
			lines("Behind", "none", 8, 8, []query{q(`max by (stream_name, consumer_name) (jetstream_consumer_num_pending{`+ofStreams+`})`, "{{consumer_name}} in {{stream_name}}")},
				digits(0), steps(green, at(red, 1000)), marked("dashed"), described("Messages that a durable reader was not given yet.")),
			lines("Taken and not finished", "none", 8, 8, []query{q(`max by (stream_name, consumer_name) (jetstream_consumer_num_ack_pending{`+ofStreams+`})`, "{{consumer_name}} in {{stream_name}}")}, digits(0)),
			lines("Given again", "none", 8, 8, []query{q(`max by (stream_name, consumer_name) (jetstream_consumer_num_redelivered{`+ofStreams+`})`, "{{consumer_name}} in {{stream_name}}")}, digits(0)),
		}},
		section{"Leaf nodes", []panel{
			bars("Connections that are missing", "none", 8, 8, []query{q(`host:nimmer_leaf_connections:missing`, "{{leaf}}")}, digits(0), between(0, 9), steps(green, at(red, 1))),
			lines("Round trip", "s", 8, 8, []query{q(`max by (host, name) (gnatsd_leafz_conn_rtt)`, "{{host}} - {{name}}")}),
			lines("Traffic", "mps", 8, 8, []query{
				q(`sum by (host, name) (rate(gnatsd_leafz_conn_in_msgs[$__rate_interval]))`, "{{name}} to {{host}}"),
				q(`sum by (host, name) (rate(gnatsd_leafz_conn_out_msgs[$__rate_interval]))`, "{{host}} to {{name}}"),
			}),
			lines("Copies of leaves' streams behind", "none", 24, 6, []query{q(`max by (stream_name, source_name) (jetstream_stream_source_lag)`, "{{stream_name}} of {{source_name}}")}, digits(0)),
		}},
		section{"Our connections", []panel{
			states("Connected", 8, 8, []query{q(`min by (environment, connection, service) (nimmer_bus_connected{`+inEnvironment+`})`, "{{service}} {{environment}} {{connection}}")}, yesNo),
			lines("Dropped and denied", "none", 8, 8, []query{
				q(`sum by (service) (increase(nimmer_bus_dropped_total{`+inEnvironment+`}[$__rate_interval]))`, "{{service}} dropped"),
				q(`sum by (service) (increase(nimmer_bus_denied_total{`+inEnvironment+`}[$__rate_interval]))`, "{{service}} denied"),
			}, columns, digits(0)),
			lines("Waiting in the process", "none", 8, 8, []query{q(`sum by (service) (nimmer_bus_pending_messages{`+inEnvironment+`})`, "{{service}}")}, digits(0)),
			lines("Messages", "mps", 12, 8, []query{
				q(`sum by (service) (rate(nimmer_bus_received_messages_total{`+inEnvironment+`}[$__rate_interval]))`, "{{service}} in"),
				q(`sum by (service) (rate(nimmer_bus_sent_messages_total{`+inEnvironment+`}[$__rate_interval]))`, "{{service}} out"),
			}),
			lines("Lost connections", "none", 12, 8, []query{
				q(`sum by (service) (increase(nimmer_bus_disconnects_total{`+inEnvironment+`}[$__rate_interval]))`, "{{service}} lost"),
				q(`sum by (service) (increase(nimmer_bus_reconnects_total{`+inEnvironment+`}[$__rate_interval]))`, "{{service}} back"),
			}, columns, digits(0)),
		}},
	)
}

func streamQuery(metric string) string {
	return "max by (account, stream_name) (" + metric + "{" + ofStreams + "})"
}
