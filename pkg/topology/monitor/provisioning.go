package monitor

import (
	"fmt"

	"github.com/nimmerverse/nimmer/pkg/topology"
)

// The names under which dashboards find their data.
const (
	datasourceUID = "nimmer-prometheus"
	lokiUID       = "nimmer-loki"
)

// dashboardFolder is where Grafana reads the dashboards from: whoever installs
// them puts grafana/dashboards there.
const dashboardFolder = "/etc/nimmer/grafana/dashboards"

type datasourceFile struct {
	APIVersion  int                `yaml:"apiVersion"`
	Prune       bool               `yaml:"prune"`
	Datasources []datasourceConfig `yaml:"datasources"`
}

type datasourceConfig struct {
	Name      string         `yaml:"name"`
	UID       string         `yaml:"uid"`
	Type      string         `yaml:"type"`
	Access    string         `yaml:"access"`
	URL       string         `yaml:"url"`
	IsDefault bool           `yaml:"isDefault"`
	Editable  bool           `yaml:"editable"`
	JSONData  map[string]any `yaml:"jsonData"`
}

type providerFile struct {
	APIVersion int        `yaml:"apiVersion"`
	Providers  []provider `yaml:"providers"`
}

type provider struct {
	Name                  string            `yaml:"name"`
	Type                  string            `yaml:"type"`
	Folder                string            `yaml:"folder"`
	FolderUID             string            `yaml:"folderUid"`
	DisableDeletion       bool              `yaml:"disableDeletion"`
	AllowUIUpdates        bool              `yaml:"allowUiUpdates"`
	UpdateIntervalSeconds int               `yaml:"updateIntervalSeconds"`
	Options               map[string]string `yaml:"options"`
}

// provisioning tells Grafana, on the same host, where its data and dashboards
// are.
func (w *watch) provisioning() ([]topology.Artifact, error) {
	data := datasourceFile{APIVersion: 1, Prune: true, Datasources: []datasourceConfig{{
		Name: "Prometheus", UID: datasourceUID, Type: "prometheus", Access: "proxy", IsDefault: true,
		URL:      fmt.Sprintf("http://127.0.0.1:%d", w.block.PrometheusPort),
		JSONData: map[string]any{"timeInterval": interval, "httpMethod": "POST"},
	}}}
	if w.block.Host != "" {
		data.Datasources = append(data.Datasources, datasourceConfig{
			Name: "Loki", UID: lokiUID, Type: "loki", Access: "proxy",
			URL:      fmt.Sprintf("http://127.0.0.1:%d", w.block.LokiPort),
			JSONData: map[string]any{"maxLines": 1000},
		})
	}
	sources, err := asYAML(w.path("grafana", "provisioning/datasources/nimmer.yml"), "Data sources of the lab "+w.t.Lab.Name+".", data)
	if err != nil {
		return nil, err
	}
	boards, err := asYAML(w.path("grafana", "provisioning/dashboards/nimmer.yml"), "Dashboards of the lab "+w.t.Lab.Name+".", providerFile{
		APIVersion: 1, Providers: []provider{{
			Name: "nimmer", Type: "file", Folder: "nimmer", FolderUID: "nimmer", UpdateIntervalSeconds: 60,
			Options: map[string]string{"path": dashboardFolder},
		}},
	})
	return []topology.Artifact{sources, boards}, err
}
