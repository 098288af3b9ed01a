package wave

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// GateQuery asks a gate core to explain. An empty body is the query without fields.
type GateQuery struct {
	Garden Garden `json:"garden,omitzero" rule:"one=virtual|real" doc:"the side to explain; absent: virtual, or the only one it has"`
}

// GateReport explains one side of one gate: why it stands where it stands, and what it has learned.
type GateReport struct {
	Gate        string       `json:"gate" rule:"required,token" doc:"the gate"`
	Garden      Garden       `json:"garden" rule:"required,one=virtual|real" doc:"the side that is explained"`
	Gardens     []Garden     `json:"gardens" rule:"len=0..2,one=virtual|real" doc:"the sides it has"`
	Environment string       `json:"environment" rule:"required,token" doc:"where it lives"`
	State       State        `json:"state" rule:"required" doc:"where it stands"`
	Value       float64      `json:"value" rule:"required,range=-1..1" doc:"p - q"`
	P           float64      `json:"p" rule:"required,range=0..1" doc:"the strongest agreement it heard lately"`
	Q           float64      `json:"q" rule:"required,range=0..1" doc:"the strongest contradiction it heard lately"`
	Evidence    Evidence     `json:"evidence" doc:"what it heard last"`
	Chance      ChanceView   `json:"chance" doc:"what accident provides here"`
	Spec        GateSpec     `json:"spec" rule:"required" doc:"how it was declared"`
	Route       Route        `json:"route" rule:"required" doc:"who an opening would be for now"`
	Weight      WeightView   `json:"weight" rule:"required" doc:"its learned trust, shared by both sides"`
	Voices      []Voice      `json:"voices" rule:"len=0..64" doc:"the latest wave of each source it remembers, newest first"`
	Patterns    []Pattern    `json:"patterns" rule:"len=0..4096" doc:"what it is familiar with, strongest first"`
	Sources     []SourceView `json:"sources" rule:"len=0..4096" doc:"whom it knows, and how reliable they were"`
	Transitions []Transition `json:"transitions" rule:"len=0..64" doc:"the last ten, newest first"`
	Nerves      []NerveState `json:"nerves" rule:"len=0..64" doc:"what nerves that hear this gate found last"`
	Seq         uint64       `json:"seq" rule:"range=0..,default=0" doc:"transitions so far"`
	Lifeforce   Lifeforce    `json:"lifeforce" doc:"what it took and gave"`
	Waves       uint64       `json:"waves" rule:"range=0..,default=0" doc:"waves it heard"`
	Refused     uint64       `json:"refused" rule:"range=0..,default=0" doc:"waves that broke a rule"`
	Late        uint64       `json:"late" rule:"range=0..,default=0" doc:"waves older than the window, or from the future"`
	Gaps        uint64       `json:"gaps" rule:"range=0..,default=0" doc:"waves that sources counted and that never came"`
	FallsAt     time.Time    `json:"falls_at,omitzero" doc:"when silence will bring it back to stable"`
	QuietUntil  time.Time    `json:"quiet_until,omitzero" doc:"the end of its refractory time"`
	Owner       string       `json:"owner,omitzero" rule:"len=1..256" doc:"the gate core that answers"`
	Since       time.Time    `json:"since" rule:"required" doc:"from when the counters count"`
	Time        time.Time    `json:"time" rule:"required" doc:"the moment this was true"`
}

// Evidence is what a gate made of the last wave that found related voices.
type Evidence struct {
	Correlation float64   `json:"correlation" rule:"range=-1..1,default=0" doc:"mean agreement of the related voices"`
	Amplitude   float64   `json:"amplitude" rule:"range=0..1,default=0" doc:"how much independent evidence they are"`
	Gain        float64   `json:"gain" rule:"range=0.5..2,default=1" doc:"how familiar the pattern is"`
	Surprise    float64   `json:"surprise" rule:"range=0..,default=0" doc:"how far beyond chance"`
	Needed      float64   `json:"needed" rule:"range=0..,default=0" doc:"the surprise it had to reach; 0: nothing is known about chance"`
	Counted     bool      `json:"counted" rule:"default=false" doc:"it was beyond chance, so it counted"`
	Value       float64   `json:"value" rule:"range=-1..1,default=0" doc:"what it added: correlation x amplitude x gain, at most 1"`
	Time        time.Time `json:"time,omitzero" doc:"when"`
}

// GateSpec is a gate's declaration, its defaults filled.
type GateSpec struct {
	Cells            []string `json:"cells" rule:"required,len=0..1024" doc:"the fields it hears"`
	Tier             int      `json:"tier" rule:"required,range=0..5" doc:"where an opening goes while there is little trust"`
	Route            int      `json:"route" rule:"required,range=0..5" doc:"where an opening would go now"`
	Window           Duration `json:"window" rule:"required" doc:"how far back waves count"`
	HalfLife         Duration `json:"half_life" rule:"required" doc:"of everything that fades"`
	Open             float64  `json:"open" rule:"required,range=0..1" doc:"opens from here"`
	Close            float64  `json:"close" rule:"required,range=-1..0" doc:"closes from here"`
	Release          float64  `json:"release" rule:"required,range=0..1" doc:"stable again under this"`
	Refractory       Duration `json:"refractory" rule:"required" doc:"no transition for this long after leaving open or closed"`
	Similarity       float64  `json:"similarity" rule:"required,range=0..1" doc:"weaker agreement is unrelated"`
	Neighbours       int      `json:"neighbours" rule:"required,range=2..64" doc:"sources it remembers"`
	Weight           float64  `json:"weight" rule:"required,range=0..1" doc:"trust it started with"`
	Reflex           float64  `json:"reflex" rule:"required,range=0..1" doc:"above this weight one wave opens"`
	ReflexConfidence float64  `json:"reflex_confidence" rule:"required,range=0..1" doc:"if it is at least this sure"`
	Handover         float64  `json:"handover" rule:"required,range=0..1" doc:"amplitude from which Real is told"`
	Chance           bool     `json:"chance" rule:"default=true" doc:"agreement must be beyond chance"`
	Embedder         string   `json:"embedder" rule:"required,len=1..64" doc:"how meaning is derived from content"`
	Memory           int64    `json:"memory" rule:"range=0..,default=0" doc:"bytes it may learn"`
}

// WeightView is a gate's trust and how it came about.
type WeightView struct {
	Reading   float64        `json:"reading" rule:"required,range=0..1" doc:"confirmed at least this often, nine times in ten"`
	Confirmed float64        `json:"a" rule:"required,range=0.." doc:"confirmed outcomes, forgetting"`
	Failed    float64        `json:"b" rule:"required,range=0.." doc:"failed outcomes, forgetting"`
	Reflex    bool           `json:"reflex" rule:"default=false" doc:"trusted enough for reflexes"`
	Changes   []WeightChange `json:"changes" rule:"len=0..64" doc:"the last ten, newest first"`
}

// WeightChange is what one outcome taught.
type WeightChange struct {
	Time        time.Time `json:"time" rule:"required" doc:"when"`
	Outcome     Verdict   `json:"outcome" rule:"required,one=confirmed|failed|partial" doc:"what came of the opening"`
	Discrepancy float64   `json:"discrepancy" rule:"range=0..1,default=0" doc:"which part failed"`
	By          By        `json:"by,omitzero" rule:"one=sensor|human|service" doc:"who measured"`
	From        float64   `json:"from" rule:"required,range=0..1" doc:"the reading before"`
	To          float64   `json:"to" rule:"required,range=0..1" doc:"the reading after"`
	Transition  string    `json:"transition" rule:"required,id" doc:"the opening"`
}

// ChanceView is what accident provides in a gate's crowd.
type ChanceView struct {
	Plus   float64  `json:"plus" rule:"range=0..,default=0" doc:"mass of accidental agreement"`
	Minus  float64  `json:"minus" rule:"range=0..,default=0" doc:"mass of accidental contradiction"`
	Rate   float64  `json:"rate" rule:"range=0..,default=0" doc:"waves per second"`
	Age    Duration `json:"age" rule:"range=0..,default=0s" doc:"how long chance was watched, at most ten minutes"`
	Active bool     `json:"active" rule:"default=false" doc:"the test is on"`
}

// Voice is a remembered wave.
type Voice struct {
	Cell        string    `json:"cell,omitzero" rule:"token" doc:"the field it spoke in"`
	Source      string    `json:"source" rule:"required,len=1..128" doc:"who spoke"`
	Confidence  float64   `json:"confidence" rule:"required,range=0..1" doc:"how sure it was"`
	Valence     float64   `json:"valence" rule:"range=-1..1,default=1" doc:"1: this is so; negative: this is not so"`
	Region      string    `json:"region,omitzero" rule:"len=1..256" doc:"the label it gave"`
	Digest      string    `json:"digest,omitzero" rule:"len=1..128" doc:"what the gate made of its embedding or content, where it gave no label"`
	Time        time.Time `json:"time" rule:"required" doc:"when it was so"`
	Age         Duration  `json:"age" rule:"range=0..,default=0s" doc:"before the report's moment"`
	Reliability float64   `json:"reliability" rule:"range=0..1,default=1" doc:"its source's, in this gate"`
	Agreement   float64   `json:"agreement" rule:"range=-1..1,default=0" doc:"with the newest voice"`
	Share       float64   `json:"share" rule:"range=0..1,default=0" doc:"its part of the last evidence"`
	Heard       bool      `json:"heard" rule:"default=false" doc:"inside the window, so it counts"`

	Content jsontext.Value `json:"content,omitzero" doc:"what it said"`
}

// Pattern is something familiar: a meaning, and who speaks of it.
type Pattern struct {
	Meaning   string   `json:"meaning" rule:"required,len=1..256" doc:"its label or digest"`
	Sources   []string `json:"sources" rule:"len=0..64" doc:"who spoke of it"`
	Gain      float64  `json:"gain" rule:"required,range=0.5..2" doc:"how much more, or less, it counts"`
	Confirmed float64  `json:"confirmed" rule:"range=0..,default=0" doc:"confirmed outcomes, forgetting"`
	Failed    float64  `json:"failed" rule:"range=0..,default=0" doc:"failed outcomes, forgetting"`
}

// SourceView is what a gate knows about one source.
type SourceView struct {
	Source      string  `json:"source" rule:"required,len=1..128" doc:"who, or a digest where only that is kept"`
	Reliability float64 `json:"reliability" rule:"required,range=0..1" doc:"how its waves are weighed"`
	Confirmed   float64 `json:"confirmed" rule:"range=0..,default=0" doc:"confirmed outcomes, forgetting"`
	Failed      float64 `json:"failed" rule:"range=0..,default=0" doc:"failed outcomes, forgetting"`
}

// Lifeforce is what a gate took and gave.
type Lifeforce struct {
	Spent  float64 `json:"spent" rule:"range=0..,default=0" doc:"transitions, organs, cognition"`
	Earned float64 `json:"earned" rule:"range=0..,default=0" doc:"confirmed outcomes"`
	Net    float64 `json:"net" rule:"default=0" doc:"earned - spent"`
}

// GatesReport is one gate core's view of everything it owns.
type GatesReport struct {
	Environment string     `json:"environment" rule:"required,token" doc:"where"`
	Owner       string     `json:"owner,omitzero" rule:"len=1..256" doc:"the gate core that answers"`
	Attention   Attention  `json:"attention" rule:"required" doc:"what the lab attends to"`
	Gates       []GateLine `json:"gates" rule:"required" doc:"every gate and side, by name"`
	Refused     uint64     `json:"refused" rule:"range=0..,default=0" doc:"messages that broke a rule"`
	Trouble     string     `json:"trouble,omitzero" rule:"len=1..1024" doc:"why decisions are not stored, and since when"`
	Time        time.Time  `json:"time" rule:"required" doc:"the moment this was true"`
}

// Attention is which gates are open, and what that costs.
type Attention struct {
	Mode string   `json:"mode" rule:"required,one=idle|alert|focused|dialogue|reflex|overwhelmed" doc:"what the lab is doing"`
	Open []string `json:"open" doc:"the open gates, by name"`
	Beat Beat     `json:"beat" doc:"the budget that runs"`
}

// Beat is one budget period.
type Beat struct {
	Spent  float64   `json:"spent" rule:"range=0..,default=0" doc:"lifeforce taken in it so far"`
	Budget float64   `json:"budget" rule:"range=0..,default=0" doc:"lifeforce it has"`
	Ends   time.Time `json:"ends,omitzero" doc:"when the next one begins"`
}

// GateLine is one gate and side in a list.
type GateLine struct {
	Gate      string    `json:"gate" rule:"required,token" doc:"the gate"`
	Garden    Garden    `json:"garden" rule:"required,one=virtual|real" doc:"which side"`
	State     State     `json:"state" rule:"required" doc:"where it stands"`
	Value     float64   `json:"value" rule:"required,range=-1..1" doc:"its value"`
	Weight    float64   `json:"weight" rule:"range=0..1,default=0" doc:"its learned trust"`
	Tier      int       `json:"tier" rule:"range=0..5,default=0" doc:"where an opening would go now"`
	Open      float64   `json:"open" rule:"range=0..1,default=0" doc:"opens from here"`
	Close     float64   `json:"close" rule:"range=-1..0,default=0" doc:"closes from here"`
	Voices    int       `json:"voices" rule:"range=0..,default=0" doc:"sources in the window"`
	Seq       uint64    `json:"seq" rule:"range=0..,default=0" doc:"transitions so far"`
	Last      time.Time `json:"last,omitzero" doc:"when it last changed"`
	Lifeforce float64   `json:"lifeforce" rule:"default=0" doc:"net"`
	Refused   uint64    `json:"refused" rule:"range=0..,default=0" doc:"waves that broke a rule"`
}
