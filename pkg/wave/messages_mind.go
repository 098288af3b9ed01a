package wave

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Transform is what the boundary is asked to turn into a CognitiveRequest: one opening, for one event.
type Transform struct {
	ID         string    `json:"id" rule:"required,id" doc:"{transition}-t-{event}"`
	Event      string    `json:"event" rule:"required,len=1..128" doc:"the declared event whose schema the request must satisfy"`
	Gate       string    `json:"gate" rule:"required,token" doc:"the gate that opened"`
	Transition string    `json:"transition" rule:"required,id" doc:"the opening"`
	Tier       int       `json:"tier" rule:"required,range=0..5" doc:"who it is for"`
	Domain     string    `json:"domain,omitzero" rule:"len=1..128" doc:"what field of knowledge it belongs to"`
	Confidence float64   `json:"confidence" rule:"required,range=0..1" doc:"the opening's amplitude"`
	Signals    []Signal  `json:"signals" rule:"required,len=0..64" doc:"the voices, with their content"`
	Time       time.Time `json:"time" rule:"required" doc:"when the gate opened"`
}

// Action is something a mind may decide for.
type Action struct {
	Action     string  `json:"action" rule:"required,len=1..128" doc:"its name"`
	Confidence float64 `json:"confidence" rule:"required,range=0..1" doc:"how fitting it seems"`
}

// Budget is what thinking may take, or took.
type Budget struct {
	Lifeforce float64 `json:"lifeforce" rule:"range=0..,default=0" doc:"lifeforce"`
	Tokens    int64   `json:"tokens" rule:"range=0..,default=0" doc:"tokens of the model"`
}

// CognitiveRequest asks a mind. It satisfies the JSON Schema of its event; what does not is never sent.
type CognitiveRequest struct {
	ID         string         `json:"id" rule:"required,id" doc:"{transition}-q-{event}"`
	Event      string         `json:"event" rule:"required,len=1..128" doc:"the declared event"`
	Domain     string         `json:"domain,omitzero" rule:"len=1..128" doc:"what field of knowledge it belongs to"`
	Confidence float64        `json:"confidence" rule:"required,range=0..1" doc:"how sure the signals are together"`
	Input      jsontext.Value `json:"input" rule:"required,object" doc:"the question, typed by the event: an object"`
	Signals    []Signal       `json:"signals,omitzero" rule:"len=0..64" doc:"the voices behind it"`
	Actions    []Action       `json:"actions,omitzero" rule:"len=0..64" doc:"what may be decided"`
	Budget     Budget         `json:"budget,omitzero" doc:"what the answer may take; 0: no bound"`
	Gate       string         `json:"gate,omitzero" rule:"token" doc:"the gate that opened"`
	Transition string         `json:"transition,omitzero" rule:"id" doc:"the opening"`
	Time       time.Time      `json:"time,omitzero" doc:"when it was asked"`
	Deadline   time.Time      `json:"deadline,omitzero" doc:"an answer after this is useless"`
}

// Command is something a mind wants done.
type Command struct {
	Target  string         `json:"target" rule:"required,len=1..256" doc:"the cell, nerve or organ"`
	Command string         `json:"command" rule:"required,len=1..128" doc:"what to do"`
	Payload jsontext.Value `json:"payload,omitzero" doc:"what it needs"`
}

// CognitiveResponse is a mind's answer.
type CognitiveResponse struct {
	ID        string         `json:"id" rule:"required,id" doc:"{request}-a"`
	Request   string         `json:"request" rule:"required,id" doc:"the request's id"`
	Decision  string         `json:"decision" rule:"required,len=1..128" doc:"the action it decided for"`
	Result    jsontext.Value `json:"result,omitzero" doc:"its answer"`
	Commands  []Command      `json:"commands,omitzero" rule:"len=0..64" doc:"what it wants done"`
	Spent     Budget         `json:"spent,omitzero" doc:"what thinking took"`
	Latency   Duration       `json:"latency" rule:"range=0..,default=0s" doc:"how long it took"`
	Mind      string         `json:"mind,omitzero" rule:"token" doc:"who answers"`
	Model     string         `json:"model,omitzero" rule:"len=1..256" doc:"the model behind it"`
	Simulated bool           `json:"simulated,omitzero" doc:"no model was asked: a built-in stand-in answers"`
	Error     string         `json:"error,omitzero" rule:"len=1..1024" doc:"why there is no result"`
	Time      time.Time      `json:"time,omitzero" doc:"when it was answered"`
}

// Heartbeat says that a mind is alive.
type Heartbeat struct {
	Mind      string    `json:"mind" rule:"required,token" doc:"the mind"`
	Host      string    `json:"host,omitzero" rule:"len=1..255" doc:"where it runs"`
	State     string    `json:"state" rule:"required,len=1..64" doc:"like ready, busy, loading"`
	Model     string    `json:"model,omitzero" rule:"len=1..256" doc:"the model behind it"`
	Simulated bool      `json:"simulated,omitzero" doc:"a built-in stand-in, no model"`
	Queue     int       `json:"queue" rule:"range=0..,default=0" doc:"requests waiting"`
	Time      time.Time `json:"time" rule:"required" doc:"when"`
}
