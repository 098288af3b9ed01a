package accounts

import (
	"strings"

	"github.com/nimmerverse/nimmer/pkg/wave"
)

// words say what is on our own subjects; {cell} and the like become "cell math",
// or "any cell".
var words = map[wave.Kind]string{
	wave.KindCellWave: "waves of {cell}", wave.KindCellWaveN: "waves of {cell}, spread",
	wave.KindCellRequest: "commands to {cell}", wave.KindCellResponse: "what {cell} answered, for all to see",
	wave.KindNerveState: "what {nerve} does", wave.KindGateTransition: "transitions of {gate}, virtual",
	wave.KindGateCorrelation: "what {gate} compared", wave.KindGateReflex: "reflexes of {gate}", wave.KindGateLean: "where {gate} leans",
	wave.KindGateQuery: "questions about {gate}", wave.KindGatesQuery: "questions about all gates",
	wave.KindEscalation: "escalations", wave.KindDecision: "decisions of the governor", wave.KindNPCState: "what {npc} does",
	wave.KindRejects: "messages that were refused", wave.KindRealVerified: "openings of {gate} handed to the real garden",
	wave.KindRealTransition: "transitions of {gate}, real", wave.KindRealFeedback: "what came of openings of {gate}",
	wave.KindOrganVerb: "requests to {organ}, anonymous: {verb}", wave.KindOrganVerbAs: "requests to {organ} as {identity}: {verb}",
	wave.KindOrganState: "what {organ} does", wave.KindCognitiveRequest: "questions to {mind}",
	wave.KindCognitiveRequestAs: "questions to {mind} as {identity}", wave.KindCognitiveResponse: "answers of {mind}",
	wave.KindCognitiveHeartbeat: "whether {mind} lives", wave.KindBoundaryTransform: "openings to make questions of",
	wave.KindDeployCommand: "deploy commands", wave.KindAudit: "what was done on command: {service}",
	wave.KindHostHeartbeat: "whether {host} lives", wave.KindRolloutEvent: "what happened in rollouts", wave.KindAutoscale: "rules of the autoscaler that fired",
	wave.KindProbe: "runs of probes", wave.KindWork: "work in {queue}", wave.KindJournal: "gate core's journal", wave.KindSnapshot: "gate core's snapshots",
}

// Meaning says in words what a granted subject stands for.
func Meaning(subject string) string {
	best, literals := "", 0
	for _, f := range wave.Forms() {
		if text, n := meets(f, subject); n > literals { // "state" is no verb
			best, literals = text, n
		}
	}
	if best != "" {
		return best
	}
	if rest, ok := strings.CutPrefix(subject, "$JS.ACK."); ok {
		t := append(strings.Split(rest, "."), "", "")
		return "what it has read of " + t[0] + named(" as ", t[1])
	}
	if rest, ok := strings.CutPrefix(subject, "$KV."); ok {
		bucket, key, _ := strings.Cut(rest, ".")
		return "writes bucket " + bucket + named(", key ", key)
	}
	if rest, ok := strings.CutPrefix(subject, "$JS."); ok {
		domain, call, _ := strings.Cut(rest, ".")
		if domain == "API" {
			return api(call)
		}
		text := api(strings.TrimPrefix(call, "API."))
		if kv, ok := strings.CutPrefix(call, "API.$KV."); ok {
			text = Meaning("$KV." + kv)
		}
		if domain == "*" {
			return text + ", on leaves"
		}
		return text + named(", at ", domain)
	}
	return plumbing(subject)
}

// plumbing is what NATS itself needs.
func plumbing(subject string) string {
	switch {
	case subject == whoAmI:
		return "asks the server who it is"
	case subject == "_IN.>", subject == "_INBOX.>":
		return "answers to whoever asked"
	case strings.HasPrefix(subject, "_IN."):
		return "answers to its own questions"
	case subject == "_R_.>":
		return "answers that go into another account"
	case strings.HasPrefix(subject, "$SRV."):
		return "discovery of services"
	case strings.HasPrefix(subject, "$SYS."):
		return "the servers themselves"
	case strings.HasPrefix(subject, "$"):
		return "between servers"
	}
	if command, ok := strings.CutPrefix(subject, "cim.deployment."); ok {
		return "the CIM's command " + command
	}
	if parent, ok := strings.CutSuffix(subject, ".>"); ok {
		return "everything below " + parent
	}
	return ""
}

// meets returns a form's words for a subject of that form, and how many of its
// words are the form's own; 0: it is not of that form.
func meets(f wave.Form, subject string) (text string, literals int) {
	pattern, tokens := strings.Split(f.Pattern, "."), strings.Split(subject, ".")
	if len(pattern) != len(tokens) {
		return "", 0
	}
	text = words[f.Kind]
	for i, p := range pattern {
		switch {
		case !strings.HasPrefix(p, "{"):
			if p != tokens[i] {
				return "", 0
			}
			literals++
		case tokens[i] == "*":
			text = strings.ReplaceAll(text, p, "any "+strings.Trim(p, "{}"))
		case tokens[i] == ">" || strings.HasPrefix(tokens[i], "$") || strings.HasPrefix(tokens[i], "_"):
			return "", 0
		default:
			text = strings.ReplaceAll(text, p, strings.Trim(p, "{}")+" "+tokens[i])
		}
	}
	return text, literals
}

// calls are those of JetStream's API; %s is the stream or bucket.
var calls = []struct{ prefix, text string }{
	{"STREAM.INFO.KV_", "opens bucket %s"}, {"DIRECT.GET.KV_", "reads bucket %s"},
	{"CONSUMER.CREATE.KV_", "watches bucket %s"}, {"CONSUMER.DELETE.KV_", "stops watching bucket %s"},
	{"STREAM.INFO.", "what %s holds"}, {"STREAM.MSG.GET.", "reads single messages of %s"}, {"DIRECT.GET.", "reads single messages of %s"},
	{"CONSUMER.CREATE.", "begins to read %s"}, {"CONSUMER.DELETE.", "ends reading %s"}, {"CONSUMER.MSG.NEXT.", "reads on in %s"},
	{"CONSUMER.INFO.", "where it is in %s"}, {"CONSUMER.NAMES.", "who reads %s"}, {"CONSUMER.LIST.", "who reads %s"},
	{"CONSUMER.", "everything about reading streams"}, {"STREAM.", "which streams there are"},
	{"INFO", "what the account stores"}, {">", "everything about streams and who reads them"},
}

func api(call string) string {
	for _, c := range calls {
		rest, ok := strings.CutPrefix(call, c.prefix)
		if !ok {
			continue
		}
		of, _, _ := strings.Cut(rest, ".")
		if of == "*" || of == ">" {
			of = "any stream"
		}
		return strings.ReplaceAll(c.text, "%s", of)
	}
	return "JetStream"
}

func named(before, name string) string {
	if name == "" || name == ">" {
		return ""
	}
	if name == "*" {
		name = "anything"
	}
	return before + name
}
