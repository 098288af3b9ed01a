package monitor

import (
	"maps"
	"slices"
	"strings"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// column is one column of a table: a query's value, or a label.
type column struct {
	name  string // heading
	label string // of the series; "" when it is a value
	query string // of a value
	unit  string
	more  []property
}

// table shows series side by side, joined by the labels that are columns.
func table(title string, w, h int, columns []column, changes ...change) panel {
	p := newPanel("table", title, "none", w, h, nil, nil)
	p.FieldConfig.Defaults.Color = map[string]any{"mode": "thresholds"}
	p.FieldConfig.Defaults.Custom = map[string]any{"align": "auto", "cellOptions": map[string]any{"type": "auto"}, "filterable": true}
	p.Options = map[string]any{"showHeader": true, "cellHeight": "sm", "footer": map[string]any{"show": false, "reducer": []string{"sum"}, "fields": ""}}
	index, rename, keep := map[string]any{}, map[string]any{}, []string{}
	values := 0
	for i, c := range columns {
		field := c.label
		if c.label == "" {
			ref := string(rune('A' + values))
			values++
			field = "Value #" + ref
			p.Targets = append(p.Targets, target{
				RefID: ref, Datasource: here, EditorMode: "code", Expr: c.query, Format: "table", Instant: true,
			})
		}
		index[field], rename[field] = i, c.name
		keep = append(keep, field)
		if c.unit != "" || len(c.more) > 0 {
			unitOf(c.name, c.unit, c.more...)(&p)
		}
	}
	if values == 1 { // then Grafana does not number it
		index["Value"], rename["Value"] = index["Value #A"], rename["Value #A"]
		delete(index, "Value #A")
		delete(rename, "Value #A")
		keep = append(keep, "Value")
	}
	p.Transforms = []transform{
		{"merge", map[string]any{}},
		{"filterFieldsByName", map[string]any{"include": map[string]any{"pattern": "^(" + strings.Join(keep, "|") + ")$"}}},
		{"organize", map[string]any{"indexByName": index, "renameByName": rename, "excludeByName": map[string]any{}}},
	}
	for _, c := range changes {
		c(&p)
	}
	return p
}

// cell colours the cells of a column by thresholds.
func cell(kind string, base string, bounds ...step) []property {
	return []property{
		{"custom.cellOptions", map[string]any{"type": kind}},
		{"thresholds", thresholds{"absolute", append([]step{{base, nil}}, bounds...)}},
	}
}

// bar draws the cells of a column as bars up to a bound.
func bar(high float64, base string, bounds ...step) []property {
	return []property{
		{"custom.cellOptions", map[string]any{"type": "gauge", "mode": "gradient"}},
		{"min", 0}, {"max", high},
		{"thresholds", thresholds{"absolute", append([]step{{base, nil}}, bounds...)}},
	}
}
