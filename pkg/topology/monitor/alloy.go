package monitor

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// alloyFields are the journal's fields as Alloy names them.
var alloyFields = map[string]string{
	"_SYSTEMD_UNIT":      "__journal__systemd_unit",
	"_SYSTEMD_USER_UNIT": "__journal__systemd_user_unit",
	"_SYSTEMD_SLICE":     "__journal__systemd_slice",
	"_UID":               "__journal__uid",
	"PRIORITY":           "__journal_priority_keyword",
}

// alloy renders a host's labels as a configuration of Grafana Alloy.
func (l logsOf) alloy() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "// The journal of %s, with its labels. Made by `nimmer topology emit`.\n\n", l.Host)
	b.WriteString("loki.relabel \"journal\" {\n\tforward_to = []\n")
	for _, r := range l.Rules {
		fmt.Fprintf(&b, "\n\trule {\n\t\tsource_labels = [%s]\n", strconv.Quote(alloyFields[r.Field]))
		if r.Pattern != "" {
			fmt.Fprintf(&b, "\t\tregex         = %s\n\t\treplacement   = %s\n", strconv.Quote(r.Pattern), strconv.Quote(r.Value))
		}
		fmt.Fprintf(&b, "\t\ttarget_label  = %s\n\t}\n", strconv.Quote(r.Label))
	}
	b.WriteString("}\n\nloki.source.journal \"journal\" {\n")
	b.WriteString("\tforward_to    = [loki.write.lab.receiver]\n\trelabel_rules = loki.relabel.journal.rules\n\tmax_age       = \"12h\"\n\tlabels        = {\n")
	wide := 0
	for k := range l.Labels {
		wide = max(wide, len(k))
	}
	for _, k := range sortedKeys(l.Labels) {
		fmt.Fprintf(&b, "\t\t%s%s = %s,\n", k, strings.Repeat(" ", wide-len(k)), strconv.Quote(l.Labels[k]))
	}
	b.WriteString("\t}\n}\n\nloki.write \"lab\" {\n\tendpoint {\n")
	fmt.Fprintf(&b, "\t\turl = %s\n\t}\n}\n", strconv.Quote(l.Push))
	return b.Bytes()
}
