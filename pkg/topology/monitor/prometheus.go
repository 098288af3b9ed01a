package monitor

import (
	"maps"
	"net"
	"slices"
	"strconv"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// interval is how often everything is scraped and every rule is evaluated.
const interval = "15s"

type prometheusConfig struct {
	Global        global         `yaml:"global"`
	RuleFiles     []string       `yaml:"rule_files"`
	ScrapeConfigs []scrapeConfig `yaml:"scrape_configs"`
}

type global struct {
	ScrapeInterval     string            `yaml:"scrape_interval"`
	EvaluationInterval string            `yaml:"evaluation_interval"`
	ExternalLabels     map[string]string `yaml:"external_labels"`
}

type scrapeConfig struct {
	JobName string `yaml:"job_name"`
	// HonorLabels lets what our processes say about an environment win over
	// what the target is said to serve.
	HonorLabels   bool     `yaml:"honor_labels,omitempty"`
	FileSDConfigs []fileSD `yaml:"file_sd_configs"`
}

type fileSD struct {
	Files []string `yaml:"files"`
}

// prometheus makes its configuration, the targets, and where our processes are
// to listen.
func (w *watch) prometheus() ([]topology.Artifact, error) {
	jobs := w.targets()
	config := prometheusConfig{
		Global:    global{interval, interval, map[string]string{"lab": w.t.Lab.Name}},
		RuleFiles: []string{"rules/*.yml"},
	}
	var out []topology.Artifact
	for _, job := range slices.Sorted(maps.Keys(jobs)) {
		file := "targets/" + job + ".json"
		config.ScrapeConfigs = append(config.ScrapeConfigs, scrapeConfig{
			JobName: job, HonorLabels: job == "nimmer", FileSDConfigs: []fileSD{{[]string{file}}},
		})
		targets, err := asJSON(w.path("prometheus", file), jobs[job])
		if err != nil {
			return nil, err
		}
		out = append(out, targets)
	}
	main, err := asYAML(w.path("prometheus", "prometheus.yml"), "Prometheus of the lab "+w.t.Lab.Name+".", config)
	if err != nil {
		return nil, err
	}
	listen, err := asJSON(w.path("prometheus", "listen.json"), w.listen())
	return append(out, main, listen), err
}

// listenAt is where a process tells its metrics, for who starts it.
type listenAt struct {
	process
	Unit string `json:"unit"`
	// Scraped says whether Prometheus can reach it.
	Scraped bool `json:"scraped"`
}

type listenFile struct {
	FormatVersion int        `json:"format_version"`
	Processes     []listenAt `json:"processes"`
}

func (w *watch) listen() listenFile {
	f := listenFile{FormatVersion: 1, Processes: []listenAt{}}
	for _, p := range w.processes {
		scraped := w.hosts[p.Host] != nil && !w.loopbackElsewhere(p)
		if p.Listen == "" && scraped {
			p.Listen = net.JoinHostPort(w.address(w.hosts[p.Host]), strconv.Itoa(p.Port))
		}
		f.Processes = append(f.Processes, listenAt{p, p.unit(), scraped})
	}
	return f
}

// unit is the systemd unit of a process.
func (p process) unit() string { return "nimmer-" + p.title() + ".service" }
