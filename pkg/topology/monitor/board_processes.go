package monitor

const ofProcess = `job="nimmer", process=~"$process"`

func processesBoard() dashboard {
	chooseProcess := choose("process", "Process", `up{job="nimmer"}`, "process", true)
	return board(boardProcesses, "Processes", "Our own processes: what runs where, and what it takes.",
		[]variable{chooseProcess},
		section{"Now", []panel{
			states("Ready", 12, 8, []query{q(`min by (host, service) (nimmer_ready{`+ofProcess+`})`, "{{host}} {{service}}")}, yesNo),
			states("Checks", 12, 8, []query{q(`min by (host, service, check) (nimmer_check_ok{`+ofProcess+`})`, "{{host}} {{service}} {{check}}")}, yesNo),
			table("What runs", 24, 8, []column{
				{name: "Host", label: "host"}, {name: "Service", label: "service"}, {name: "Environment", label: "environment"},
				{name: "Version", label: "version"}, {name: "Go", label: "goversion"},
				{name: "Since", query: `max by (host, service, environment, version, goversion) (nimmer_build_info{job="nimmer"} * on (instance) group_left () (time() - process_start_time_seconds{job="nimmer"}))`, unit: "s"},
			}),
		}},
		section{"What they take", []panel{
			lines("Processor", "percentunit", 8, 8, []query{q(`rate(process_cpu_seconds_total{`+ofProcess+`}[$__rate_interval])`, "{{host}} {{service}}")}, described("1 is one core.")),
			lines("Memory", "bytes", 8, 8, []query{q(`process_resident_memory_bytes{`+ofProcess+`}`, "{{host}} {{service}}")}),
			lines("Goroutines", "none", 8, 8, []query{q(`go_goroutines{`+ofProcess+`}`, "{{host}} {{service}}")}, digits(0)),
			lines("Open files", "none", 8, 8, []query{q(`process_open_fds{`+ofProcess+`}`, "{{host}} {{service}}")}, digits(0)),
			lines("Heap", "bytes", 8, 8, []query{q(`go_memstats_heap_inuse_bytes{`+ofProcess+`}`, "{{host}} {{service}}")}),
			lines("Time to tell the metrics", "s", 8, 8, []query{q(`scrape_duration_seconds{`+ofProcess+`}`, "{{host}} {{service}}")}),
			lines("Parts that could not tell", "none", 12, 6, []query{q(`sum by (service, part) (increase(nimmer_metrics_failures_total{`+ofProcess+`}[$__rate_interval]))`, "{{service}} {{part}}")}, columns, digits(0)),
			lines("Cells: lost frames and failed samples", "none", 12, 6, []query{
				q(`sum by (source) (increase(nimmer_cell_lost_frames_total[$__rate_interval]))`, "{{source}} lost"),
				q(`sum by (source) (increase(nimmer_cell_sample_failures_total[$__rate_interval]))`, "{{source}} failed"),
			}, columns, digits(0)),
		}},
	)
}
