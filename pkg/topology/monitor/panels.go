package monitor

// Colours mean one thing everywhere: green is well, amber wants a look, red
// wants a hand; open, stable and closed gates have the colours of the terminal.
const (
	green  = "#3fb950"
	amber  = "#d29922"
	red    = "#f85149"
	blue   = "#58a6ff"
	purple = "#a371f7"
	grey   = "#6e7681"
)

// query is one line of a panel.
type query struct {
	expr   string
	legend string
}

func q(expr, legend string) query { return query{expr, legend} }

// at is a bound of a threshold.
func at(color string, value float64) step { return step{color, &value} }

// change alters a panel that was just made.
type change func(*panel)

// newPanel is what all panels share: size w x h on a grid of 24 columns.
func newPanel(kind, title, unit string, w, h int, queries []query, changes []change) panel {
	p := panel{
		Type: kind, Title: title, GridPos: gridPos{W: w, H: h}, Datasource: &here,
		FieldConfig: &fieldConfig{
			Defaults: fieldDefaults{
				Unit: unit, Color: map[string]any{"mode": "palette-classic"},
				Thresholds: thresholds{"absolute", []step{{green, nil}}}, Mappings: []mapping{},
			},
			Overrides: []override{},
		},
	}
	for i, x := range queries {
		p.Targets = append(p.Targets, target{
			RefID: string(rune('A' + i)), Datasource: here, EditorMode: "code", Expr: x.expr, LegendFormat: x.legend, Range: true,
		})
	}
	for _, c := range changes {
		c(&p)
	}
	return p
}

// lines is a graph over time.
func lines(title, unit string, w, h int, queries []query, changes ...change) panel {
	base := func(p *panel) {
		p.FieldConfig.Defaults.Custom = map[string]any{
			"drawStyle": "line", "lineWidth": 2, "fillOpacity": 8, "gradientMode": "opacity", "showPoints": "never",
			"lineInterpolation": "linear", "spanNulls": false, "axisSoftMin": 0,
			"stacking":        map[string]any{"mode": "none", "group": "A"},
			"thresholdsStyle": map[string]any{"mode": "off"},
		}
		p.Options = map[string]any{
			"legend":  map[string]any{"displayMode": "table", "placement": "bottom", "showLegend": true, "calcs": []string{"lastNotNull", "max"}},
			"tooltip": map[string]any{"mode": "multi", "sort": "desc"},
		}
	}
	return newPanel("timeseries", title, unit, w, h, queries, append([]change{base}, changes...))
}

// number is one value now, with its course behind it.
func number(title, unit string, w int, line query, changes ...change) panel {
	base := func(p *panel) {
		p.FieldConfig.Defaults.Color = map[string]any{"mode": "thresholds"}
		p.Options = map[string]any{
			"reduceOptions": map[string]any{"calcs": []string{"lastNotNull"}, "fields": "", "values": false},
			"colorMode":     "value", "graphMode": "area", "justifyMode": "auto", "orientation": "auto",
			"textMode": "auto", "wideLayout": true, "showPercentChange": false,
		}
	}
	return newPanel("stat", title, unit, w, 4, []query{line}, append([]change{base}, changes...))
}

// dial is a share of something.
func dial(title, unit string, w, h int, queries []query, changes ...change) panel {
	base := func(p *panel) {
		p.FieldConfig.Defaults.Color = map[string]any{"mode": "thresholds"}
		p.Options = map[string]any{
			"reduceOptions":        map[string]any{"calcs": []string{"lastNotNull"}, "fields": "", "values": false},
			"showThresholdLabels":  false,
			"showThresholdMarkers": true, "orientation": "auto", "sizing": "auto",
		}
	}
	return newPanel("gauge", title, unit, w, h, queries, append([]change{base}, changes...))
}

// bars compares values of now.
func bars(title, unit string, w, h int, queries []query, changes ...change) panel {
	base := func(p *panel) {
		p.FieldConfig.Defaults.Color = map[string]any{"mode": "thresholds"}
		p.Options = map[string]any{
			"reduceOptions": map[string]any{"calcs": []string{"lastNotNull"}, "fields": "", "values": false},
			"displayMode":   "gradient", "orientation": "horizontal", "showUnfilled": true, "valueMode": "color",
			"namePlacement": "auto", "sizing": "auto", "minVizHeight": 16, "minVizWidth": 8, "maxVizHeight": 300,
		}
		for i := range p.Targets {
			p.Targets[i].Instant, p.Targets[i].Range = true, false
		}
	}
	return newPanel("bargauge", title, unit, w, h, queries, append([]change{base}, changes...))
}

// states shows in which state something was, and when.
func states(title string, w, h int, queries []query, changes ...change) panel {
	base := func(p *panel) {
		p.FieldConfig.Defaults.Color = map[string]any{"mode": "thresholds"}
		p.FieldConfig.Defaults.Custom = map[string]any{"fillOpacity": 75, "lineWidth": 0}
		p.Options = map[string]any{
			"mergeValues": true, "showValue": "auto", "alignValue": "left", "rowHeight": 0.85,
			"legend":  map[string]any{"displayMode": "list", "placement": "bottom", "showLegend": false},
			"tooltip": map[string]any{"mode": "single", "sort": "none"},
		}
	}
	return newPanel("state-timeline", title, "none", w, h, queries, append([]change{base}, changes...))
}

// heat shows how a histogram's sizes are spread over time.
func heat(title, unit string, w, h int, expr string, changes ...change) panel {
	base := func(p *panel) {
		p.Targets[0].Format = "heatmap"
		p.Targets[0].LegendFormat = "{{le}}"
		p.MaxPoints = 60
		p.FieldConfig.Defaults.Custom = map[string]any{"scaleDistribution": map[string]any{"type": "linear"}}
		p.Options = map[string]any{
			"calculate": false,
			"color":     map[string]any{"mode": "scheme", "scheme": "Blues", "steps": 32, "exponent": 0.5, "reverse": false},
			"yAxis":     map[string]any{"unit": unit, "axisPlacement": "left"}, "cellGap": 1,
			"tooltip": map[string]any{"mode": "single", "yHistogram": false}, "legend": map[string]any{"show": false},
			"rowsFrame": map[string]any{"layout": "auto"}, "filterValues": map[string]any{"le": 1e-9},
		}
	}
	return newPanel("heatmap", title, unit, w, h, []query{{expr, ""}}, append([]change{base}, changes...))
}

// described says what a panel shows, and how to read it.
func described(text string) change { return func(p *panel) { p.Description = text } }

// steps colours by value: below the first bound in base.
func steps(base string, bounds ...step) change {
	return func(p *panel) {
		p.FieldConfig.Defaults.Thresholds.Steps = append([]step{{base, nil}}, bounds...)
	}
}

// marked draws the thresholds into a graph.
func marked(mode string) change {
	return func(p *panel) { p.FieldConfig.Defaults.Custom["thresholdsStyle"] = map[string]any{"mode": mode} }
}

// between bounds the axis, or the dial.
func between(low, high float64) change {
	return func(p *panel) {
		p.FieldConfig.Defaults.Min, p.FieldConfig.Defaults.Max = &low, &high
		delete(p.FieldConfig.Defaults.Custom, "axisSoftMin")
	}
}

// digits bounds the decimals.
func digits(n int) change { return func(p *panel) { p.FieldConfig.Defaults.Decimals = &n } }

// stacked puts the lines of a graph on each other.
func stacked(p *panel) {
	p.FieldConfig.Defaults.Custom["stacking"] = map[string]any{"mode": "normal", "group": "A"}
	p.FieldConfig.Defaults.Custom["fillOpacity"] = 35
	p.FieldConfig.Defaults.Custom["lineWidth"] = 1
}

// columns draws a graph as bars.
func columns(p *panel) {
	stacked(p)
	p.FieldConfig.Defaults.Custom["drawStyle"] = "bars"
	p.FieldConfig.Defaults.Custom["fillOpacity"] = 70
	p.FieldConfig.Defaults.Custom["lineWidth"] = 0
}

// tall makes a panel as high as its neighbours.
func tall(h int) change { return func(p *panel) { p.GridPos.H = h } }

// plain is a number without its course.
func plain(p *panel) { p.Options["graphMode"] = "none" }

// filled colours the whole field of a number.
func filled(p *panel) { p.Options["colorMode"], p.Options["graphMode"] = "background", "none" }

// words replaces values.
func words(pairs map[string]word) change {
	return func(p *panel) {
		options := map[string]any{}
		for value, w := range pairs {
			options[value] = map[string]any{"text": w.text, "color": w.color, "index": w.index}
		}
		p.FieldConfig.Defaults.Mappings = append(p.FieldConfig.Defaults.Mappings, mapping{"value", options})
	}
}

type word struct {
	text, color string
	index       int
}

// colours gives series their colour by name.
func colours(names map[string]string) change {
	return func(p *panel) {
		for _, name := range sortedKeys(names) {
			p.FieldConfig.Overrides = append(p.FieldConfig.Overrides, override{
				matcher{"byName", name}, []property{{"color", map[string]any{"mode": "fixed", "fixedColor": names[name]}}},
			})
		}
	}
}

// unitOf gives one column of a table, or one series, a unit of its own.
func unitOf(name, unit string, more ...property) change {
	return func(p *panel) {
		p.FieldConfig.Overrides = append(p.FieldConfig.Overrides, override{matcher{"byName", name}, append([]property{{"unit", unit}}, more...)})
	}
}

// leads makes a panel's values a link to another dashboard.
func leads(title, uid string) change {
	return func(p *panel) {
		p.FieldConfig.Defaults.Links = append(p.FieldConfig.Defaults.Links, panelLink{Title: title, URL: linkTo(uid)})
	}
}

// linkTo is another dashboard at the same time, with the same choices.
func linkTo(uid string) string {
	return "/d/" + uid + "?${__url_time_range}&${datasource:queryparam}&${environment:queryparam}"
}
