package wave

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Signal is one voice of a record: a wave as its readers are told about it.
type Signal struct {
	Source     string         `json:"source" rule:"required,len=1..128" doc:"who spoke"`
	Cell       string         `json:"cell,omitzero" rule:"token" doc:"the field it spoke in"`
	Confidence float64        `json:"confidence" rule:"required,range=0..1" doc:"how sure it was"`
	Valence    float64        `json:"valence" rule:"range=-1..1,default=1" doc:"1: this is so; negative: this is not so"`
	Time       time.Time      `json:"time,omitzero" doc:"when it was so"`
	Region     string         `json:"region,omitzero" rule:"len=1..256" doc:"the label it gave"`
	Digest     string         `json:"digest,omitzero" rule:"len=1..128" doc:"what the gate made of its embedding or content, where it gave no label"`
	Content    jsontext.Value `json:"content,omitzero" doc:"what it said, where the record carries it"`
	Share      float64        `json:"share,omitzero" rule:"range=0..1" doc:"its part of the evidence"`
}

// Route says who an opening is for.
type Route struct {
	Tier int `json:"tier" rule:"required,range=0..5" doc:"0 reflex, 1 cells, 2 nerves, 3 organs, 4 mind, 5 partnership"`
}

// Transition is one change of a gate's state.
type Transition struct {
	ID          string    `json:"id" rule:"required,id" doc:"{gate}-{garden}-{seq}"`
	Gate        string    `json:"gate" rule:"required,token" doc:"the gate"`
	Garden      Garden    `json:"garden" rule:"required,one=virtual|real" doc:"the side it lives on"`
	From        State     `json:"from" rule:"required" doc:"the state it left"`
	To          State     `json:"to" rule:"required" doc:"the state it is in now"`
	Value       float64   `json:"value" rule:"required,range=-1..1" doc:"the gate's value after it"`
	Correlation float64   `json:"correlation" rule:"range=-1..1" doc:"mean agreement of the voices, of the wave that did it"`
	Amplitude   float64   `json:"amplitude" rule:"range=0..1" doc:"how much independent evidence they are"`
	Weight      float64   `json:"weight" rule:"range=0..1" doc:"the gate's learned trust"`
	Triggers    []Signal  `json:"triggers,omitzero" rule:"len=0..64" doc:"the voices that did it"`
	Route       Route     `json:"route" doc:"who it is for"`
	Cause       Cause     `json:"cause" rule:"required,one=evidence|reflex|decay|forced|verified" doc:"what made it change"`
	Reason      string    `json:"reason,omitzero" rule:"len=1..1024" doc:"why it was forced"`
	Cost        float64   `json:"cost" rule:"range=0.." doc:"lifeforce"`
	Of          string    `json:"of,omitzero" rule:"id" doc:"the virtual opening that Real acts on"`
	Seq         uint64    `json:"seq" rule:"required,range=1.." doc:"counts the gate's transitions in this garden, without gaps"`
	Time        time.Time `json:"time" rule:"required" doc:"when it changed"`
}

// Window is a stretch of time.
type Window struct {
	Start time.Time `json:"start" rule:"required" doc:"first moment"`
	End   time.Time `json:"end" rule:"required" doc:"last moment"`
}

// Correlation is what a virtual gate saw in one window, crossing or not.
type Correlation struct {
	ID        string      `json:"id" rule:"required,id" doc:"{gate}-{garden}-{seq}-c{n}"`
	Gate      string      `json:"gate" rule:"required,token" doc:"the gate"`
	Window    Window      `json:"window" rule:"required" doc:"what it looked at"`
	Signals   []Signal    `json:"signals" rule:"required,len=0..64" doc:"the voices, the speaker first"`
	Matrix    [][]float64 `json:"matrix,omitzero" rule:"len=0..64,range=-1..1" doc:"agreement of each voice with each other"`
	Aggregate float64     `json:"aggregate" rule:"required,range=-1..1" doc:"the correlation of them all"`
	Result    Result      `json:"result" rule:"required,one=opened|closed|stayed_stable" doc:"what it did to the gate"`
}

// Escalation is an opening that asks for more than reflexes and nerves.
type Escalation struct {
	ID        string    `json:"id" rule:"required,id" doc:"{transition}-e"`
	Gate      string    `json:"gate" rule:"required,token" doc:"the gate"`
	Region    string    `json:"region,omitzero" rule:"len=1..256" doc:"what it is about, where the voices gave a label"`
	Amplitude float64   `json:"amplitude" rule:"required,range=0..1" doc:"how much independent evidence there is"`
	Signals   []Signal  `json:"signals" rule:"required,len=0..64" doc:"the voices"`
	Tier      int       `json:"tier" rule:"required,range=3..5" doc:"who it is for"`
	Time      time.Time `json:"time" rule:"required" doc:"when the gate opened"`
}

// Decision is what the governor made of an escalation.
type Decision struct {
	ID         string    `json:"id" rule:"required,id" doc:"{escalation}-d"`
	Escalation string    `json:"escalation" rule:"required,id" doc:"the escalation's id"`
	Gate       string    `json:"gate" rule:"required,token" doc:"the gate"`
	Decision   string    `json:"decision" rule:"required,len=1..64" doc:"like admit, defer, refuse"`
	Tier       int       `json:"tier" rule:"range=0..5" doc:"who gets it"`
	Reason     string    `json:"reason,omitzero" rule:"len=1..1024" doc:"why"`
	Time       time.Time `json:"time" rule:"required" doc:"when it was decided"`
}

// Verified hands an opening of the virtual garden over to the real one.
type Verified struct {
	ID         string         `json:"id" rule:"required,id" doc:"{transition}-v"`
	Gate       string         `json:"gate" rule:"required,token" doc:"the gate"`
	Transition string         `json:"transition" rule:"required,id" doc:"the virtual opening"`
	Amplitude  float64        `json:"amplitude" rule:"required,range=0..1" doc:"how sure virtual is"`
	Summary    jsontext.Value `json:"summary,omitzero" rule:"object" doc:"what Real needs to act: an object"`
	Time       time.Time      `json:"time,omitzero" doc:"when virtual opened; absent: when it arrives"`
}

// Outcome is what came of an opening: the gate's only teacher.
type Outcome struct {
	ID          string         `json:"id" rule:"required,id" doc:"{transition}-o-{by}-{outcome}"`
	Gate        string         `json:"gate" rule:"required,token" doc:"the gate"`
	Transition  string         `json:"transition" rule:"required,id" doc:"which opening"`
	Outcome     Verdict        `json:"outcome" rule:"required,one=confirmed|failed|partial" doc:"what came of it"`
	Expected    jsontext.Value `json:"expected,omitzero" doc:"what should have been measured"`
	Actual      jsontext.Value `json:"actual,omitzero" doc:"what was measured"`
	Discrepancy *float64       `json:"discrepancy,omitzero" rule:"range=0..1" doc:"how far apart they are; required for partial, otherwise 0 for confirmed and 1 for failed"`
	By          By             `json:"by" rule:"required,one=sensor|human|service" doc:"who measured"`
	Time        time.Time      `json:"time,omitzero" doc:"when it was measured; absent: when it arrives"`
}

// Share returns which part of the outcome counts as failed, 0..1.
func (m *Outcome) Share() float64 {
	switch {
	case m.Discrepancy != nil:
		return *m.Discrepancy
	case m.Outcome == Confirmed:
		return 0
	default:
		return 1
	}
}

// Lean says where a gate is going before it gets there. It is rate-limited and never stored.
type Lean struct {
	Gate   string    `json:"gate" rule:"required,token" doc:"the gate"`
	Garden Garden    `json:"garden" rule:"required,one=virtual|real" doc:"the side it lives on"`
	Value  float64   `json:"value" rule:"required,range=-1..1" doc:"its value now"`
	Slope  float64   `json:"slope" rule:"required" doc:"change of the value per second"`
	Time   time.Time `json:"time" rule:"required" doc:"when"`
}

// Reject reports a message that broke a rule; nothing else came of it.
type Reject struct {
	Subject    string    `json:"subject" rule:"required,len=1..512" doc:"where it was published"`
	Field      string    `json:"field,omitzero" rule:"len=1..512" doc:"the field at fault"`
	Reason     string    `json:"reason" rule:"required,len=1..1024" doc:"the rule it broke"`
	Line       int       `json:"line,omitzero" rule:"range=1.." doc:"the line of the frame, from 1"`
	Head       string    `json:"head,omitzero" rule:"len=0..512" doc:"how it begins"`
	Suppressed uint64    `json:"suppressed,omitzero" rule:"range=0.." doc:"rejects since the last report that were only counted"`
	By         string    `json:"by,omitzero" rule:"len=1..128" doc:"who refused it"`
	Time       time.Time `json:"time" rule:"required" doc:"when"`
}
