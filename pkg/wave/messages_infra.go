package wave

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// OrganState is a step of an organ's life.
type OrganState struct {
	Organ  string    `json:"organ" rule:"required,token" doc:"the organ"`
	Host   string    `json:"host" rule:"required,len=1..255" doc:"where it lives"`
	State  string    `json:"state" rule:"required,one=unloaded|staging|loading|ready|busy|draining|sleeping|stopping|failed|lost" doc:"where it is"`
	Model  string    `json:"model,omitzero" rule:"len=1..256" doc:"the model"`
	Cards  []string  `json:"cards,omitzero" rule:"len=0..64" doc:"the cards it holds"`
	Memory int64     `json:"memory" rule:"range=0..,default=0" doc:"bytes it holds on them"`
	Queue  int       `json:"queue" rule:"range=0..,default=0" doc:"requests waiting"`
	Since  time.Time `json:"since" rule:"required" doc:"when it came into this state"`
	Seq    uint64    `json:"seq" rule:"required,range=1.." doc:"counts its states, without gaps"`
	Time   time.Time `json:"time" rule:"required" doc:"when this was said"`
}

// Card is one GPU as its host sees it.
type Card struct {
	Name        string  `json:"name" rule:"required,len=1..64" doc:"its declared name"`
	Model       string  `json:"model,omitzero" rule:"len=1..256" doc:"its model"`
	Memory      int64   `json:"memory" rule:"required,range=0.." doc:"bytes it has"`
	Used        int64   `json:"used" rule:"range=0..,default=0" doc:"bytes in use"`
	Load        float64 `json:"load" rule:"range=0..1,default=0" doc:"part of the time it is busy"`
	Temperature float64 `json:"temperature,omitzero" rule:"range=-273.15.." doc:"degrees Celsius"`
	Power       float64 `json:"power,omitzero" rule:"range=0.." doc:"watts"`
}

// Memory is a host's memory.
type Memory struct {
	Total     int64 `json:"total" rule:"required,range=0.." doc:"bytes it has"`
	Available int64 `json:"available" rule:"required,range=0.." doc:"bytes a new process could have"`
}

// HostBeat says that a host is alive, and how it is.
type HostBeat struct {
	Host        string    `json:"host" rule:"required,token" doc:"the host"`
	BootID      string    `json:"boot_id" rule:"required,len=1..128" doc:"another one after every boot"`
	Generation  int64     `json:"generation" rule:"range=0..,default=0" doc:"the system's generation; 0 where there are none"`
	System      string    `json:"system,omitzero" rule:"len=1..512" doc:"the system it runs: a store path, or system and version"`
	Booted      string    `json:"booted,omitzero" rule:"len=1..512" doc:"the system that was booted, where it is another one: its kernel still runs"`
	Next        string    `json:"next,omitzero" rule:"len=1..512" doc:"the system of the next boot, where it is another one"`
	Load        []float64 `json:"load" rule:"required,len=1..3,range=0.." doc:"load average of 1, 5 and 15 minutes"`
	Memory      Memory    `json:"memory" rule:"required" doc:"its memory"`
	Cards       []Card    `json:"cards,omitzero" rule:"len=0..64" doc:"its cards"`
	FailedUnits []string  `json:"failed_units,omitzero" rule:"len=0..256" doc:"units that failed"`
	Time        time.Time `json:"time" rule:"required" doc:"when"`
}

// RolloutEvent is a step of a rollout on one host.
type RolloutEvent struct {
	ID      string    `json:"id" rule:"required,id" doc:"{run}-{n}"`
	Run     string    `json:"run" rule:"required,token" doc:"the rollout"`
	Host    string    `json:"host" rule:"required,token" doc:"the host"`
	Event   string    `json:"event" rule:"required,token" doc:"the step"`
	Verdict string    `json:"verdict,omitzero" rule:"one=confirmed|rolled-back|half-applied|unreachable|pending-reboot" doc:"what was read from the machine, where the step has one"`
	Reason  string    `json:"reason,omitzero" rule:"len=1..1024" doc:"why"`
	Prev    string    `json:"prev,omitzero" rule:"len=1..128" doc:"the id of the run's event before this one"`
	Time    time.Time `json:"time" rule:"required" doc:"when"`
}

// RuleFired says that an autoscale rule saw its condition.
type RuleFired struct {
	ID        string    `json:"id" rule:"required,id" doc:"{rule}-{n}"`
	Rule      string    `json:"rule" rule:"required,token" doc:"the rule"`
	Metric    string    `json:"metric" rule:"required,len=1..256" doc:"what it looks at"`
	Value     float64   `json:"value" rule:"required" doc:"what it saw"`
	Threshold float64   `json:"threshold" rule:"required" doc:"from where it acts"`
	Action    string    `json:"action" rule:"required,len=1..256" doc:"what it asked for"`
	Time      time.Time `json:"time" rule:"required" doc:"when"`
}

// Audit says who asked for what and what became of it.
type Audit struct {
	Who     string    `json:"who" rule:"required,len=1..256" doc:"the identity, as the server named it"`
	What    string    `json:"what" rule:"required,len=1..1024" doc:"the command"`
	Verdict string    `json:"verdict" rule:"required,one=accepted|refused|failed" doc:"what became of it"`
	Reason  string    `json:"reason,omitzero" rule:"len=1..1024" doc:"why"`
	Time    time.Time `json:"time" rule:"required" doc:"when"`
}

// ProbeRun is one run of a probe.
type ProbeRun struct {
	ID      string         `json:"id" rule:"required,id" doc:"{session}-{n}"`
	Kind    string         `json:"kind" rule:"required,token" doc:"the kind of probe"`
	Session string         `json:"session" rule:"required,token" doc:"what it belongs to"`
	Mind    string         `json:"mind,omitzero" rule:"token" doc:"who was asked"`
	Input   jsontext.Value `json:"input,omitzero" doc:"what was asked"`
	Output  jsontext.Value `json:"output,omitzero" doc:"what was answered"`
	Time    time.Time      `json:"time" rule:"required" doc:"when"`
}

// WorkItem is something to be done by whoever takes it first.
type WorkItem struct {
	ID       string         `json:"id" rule:"required,id" doc:"derived from what the work is about"`
	Kind     string         `json:"kind" rule:"required,len=1..128" doc:"what sort of work"`
	Payload  jsontext.Value `json:"payload,omitzero" doc:"what it needs"`
	By       string         `json:"by,omitzero" rule:"len=1..128" doc:"who asked for it"`
	Deadline time.Time      `json:"deadline,omitzero" doc:"useless after this"`
	Time     time.Time      `json:"time" rule:"required" doc:"when it was asked for"`
}
