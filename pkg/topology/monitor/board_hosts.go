package monitor

const ofDisks = `fstype!~"tmpfs|ramfs|overlay|squashfs|fuse.*"`

func hostsBoard() dashboard {
	return board(boardHosts, "Hosts", "Machines, their disks, clocks and certificates, and what their agents say.",
		[]variable{chooseHost},
		section{"Now", []panel{
			number("Answer", "percentunit", 4, q(`avg(up{job="node", `+onHost+`})`, "up"), filled, digits(0), steps(red, at(amber, 0.9), at(green, 1))),
			number("Processor", "percentunit", 4, q(`avg(host:node_cpu:busy_ratio1m{`+onHost+`})`, "busy"), steps(green, at(amber, 0.8), at(red, 0.95))),
			number("Memory", "percentunit", 4, q(`max(host:node_memory:used_ratio{`+onHost+`})`, "the fullest"), steps(green, at(amber, 0.8), at(red, 0.95))),
			number("Disk", "percentunit", 4, q(`max(host:node_filesystem:used_ratio{`+onHost+`})`, "the fullest"), steps(green, at(amber, 0.8), at(red, 0.92))),
			number("Failed units", "none", 4, q(`sum(nimmer_host_failed_units{`+onHost+`})`, "units"), filled, steps(green, at(red, 1))),
			number("Drift", "none", 4, q(`sum(nimmer_host_drift{`+onHost+`})`, "facts"), filled, steps(green, at(amber, 1)), described("Facts of hosts that differ from the declaration.")),
		}},
		section{"Processor and memory", []panel{
			lines("Processor", "percentunit", 12, 8, []query{q(`1 - avg by (host) (rate(node_cpu_seconds_total{mode="idle", `+onHost+`}[$__rate_interval]))`, "{{host}}")}, between(0, 1)),
			lines("Load by core", "none", 12, 8, []query{q(`max by (host) (node_load1{`+onHost+`}) / count by (host) (node_cpu_seconds_total{mode="idle", `+onHost+`})`, "{{host}}")},
				steps(green, at(red, 1)), marked("dashed")),
			lines("Memory", "percentunit", 12, 8, []query{q(`host:node_memory:used_ratio{`+onHost+`}`, "{{host}}")}, between(0, 1)),
			lines("Temperature", "celsius", 12, 8, []query{q(`max by (host) (node_hwmon_temp_celsius{`+onHost+`})`, "{{host}}")}, steps(green, at(amber, 80), at(red, 95)), described("The hottest sensor.")),
		}},
		section{"Disk and network", []panel{
			bars("File systems", "percentunit", 12, 9, []query{q(`host:node_filesystem:used_ratio{`+onHost+`}`, "{{host}} {{mountpoint}}")}, between(0, 1), steps(green, at(amber, 0.8), at(red, 0.92))),
			lines("Room", "bytes", 12, 9, []query{q(`min by (host, mountpoint) (node_filesystem_avail_bytes{`+ofDisks+`, `+onHost+`})`, "{{host}} {{mountpoint}}")}),
			lines("Disk", "Bps", 12, 8, []query{
				q(`sum by (host) (rate(node_disk_read_bytes_total{`+onHost+`}[$__rate_interval]))`, "{{host}} read"),
				q(`sum by (host) (rate(node_disk_written_bytes_total{`+onHost+`}[$__rate_interval]))`, "{{host}} written"),
			}),
			lines("Network", "Bps", 12, 8, []query{
				q(`sum by (host) (rate(node_network_receive_bytes_total{device!="lo", `+onHost+`}[$__rate_interval]))`, "{{host}} in"),
				q(`sum by (host) (rate(node_network_transmit_bytes_total{device!="lo", `+onHost+`}[$__rate_interval]))`, "{{host}} out"),
			}),
		}},
		section{"Life", []panel{
			lines("Age of the last heartbeat", "s", 8, 8, []query{q(`host:nimmer_heartbeat:age_seconds{`+onHost+`}`, "{{host}}")}, steps(green, at(red, 60)), marked("dashed")),
			lines("Clock", "s", 8, 8, []query{q(`max by (host) (node_timex_offset_seconds{`+onHost+`})`, "{{host}}")}, described("How far it is off.")),
			bars("Up since", "s", 8, 8, []query{q(`time() - max by (host) (node_boot_time_seconds{`+onHost+`})`, "{{host}}")}, steps(blue)),
			table("Certificates", 12, 8, []column{
				{name: "Host", label: "host"}, {name: "File", label: "path"},
				{name: "Ends in", query: `max by (host, path) (nimmer_certificate_expiry_timestamp_seconds{` + onHost + `}) - time()`, unit: "s",
					more: cell("color-text", red, at(amber, 14*24*3600), at(green, 30*24*3600))},
			}),
			table("Configuration", 12, 8, []column{
				{name: "Host", label: "host"}, {name: "System", label: "system"}, {name: "Generation", label: "generation"},
				{name: "Here", query: `max by (host, system, generation) (nimmer_host_info{` + onHost + `})`},
			}),
		}},
		section{"The log in the database", []panel{
			lines("Behind", "s", 8, 8, []query{q(`nimmer_projection_lag_seconds`, "{{environment}} {{stream}}")}, steps(green, at(red, 60)), marked("dashed")),
			lines("Messages that wait", "none", 8, 8, []query{q(`nimmer_projection_lag_messages`, "{{environment}} {{stream}}")}, digits(0)),
			lines("Written", "none", 8, 8, []query{
				q(`sum by (environment) (rate(nimmer_projection_rows_total[$__rate_interval]))`, "{{environment}} a second"),
				q(`sum by (environment) (rate(nimmer_projection_failures_total[$__rate_interval]))`, "{{environment}} failures a second"),
			}),
		}},
	)
}
