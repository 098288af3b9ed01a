package wave

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// CellRequest asks a cell to do something it knows, like "top" of the cell process.
type CellRequest struct {
	ID       string         `json:"id,omitzero" rule:"id" doc:"the caller's, given back in the answer"`
	Command  string         `json:"command" rule:"required,len=1..64" doc:"what to do"`
	Input    jsontext.Value `json:"input,omitzero" doc:"what it needs"`
	By       string         `json:"by,omitzero" rule:"len=1..128" doc:"who asks; believed for explanations only"`
	Deadline time.Time      `json:"deadline,omitzero" doc:"an answer after this is useless"`
}

// CellResponse is a cell's answer: a result, or an error.
type CellResponse struct {
	Request string         `json:"request,omitzero" rule:"id" doc:"the request's id"`
	Cell    string         `json:"cell" rule:"required,token" doc:"the cell"`
	Source  string         `json:"source" rule:"required,len=1..128" doc:"the instance that answers"`
	Version string         `json:"version,omitzero" rule:"len=1..64" doc:"the version of the cell"`
	Result  jsontext.Value `json:"result,omitzero" doc:"what it found"`
	Error   string         `json:"error,omitzero" rule:"len=1..1024" doc:"why it could not"`
	Hint    string         `json:"hint,omitzero" rule:"len=1..1024" doc:"what to do about it"`
	Cost    float64        `json:"cost" rule:"range=0..,default=0" doc:"lifeforce it took"`
	Time    time.Time      `json:"time" rule:"required" doc:"when"`
}

// NerveState is a step of a nerve's state machine.
type NerveState struct {
	Nerve      string         `json:"nerve" rule:"required,token" doc:"the nerve"`
	Version    string         `json:"version,omitzero" rule:"len=1..64" doc:"the version of the nerve"`
	State      string         `json:"state" rule:"required,len=1..64" doc:"the state it is in now, one of its own"`
	Gate       string         `json:"gate,omitzero" rule:"token" doc:"the gate that moved it"`
	Transition string         `json:"transition,omitzero" rule:"id" doc:"the transition that moved it"`
	Reason     string         `json:"reason,omitzero" rule:"len=1..1024" doc:"why, in words"`
	Seen       jsontext.Value `json:"seen,omitzero" doc:"what it found out, like the process that causes the pressure"`
	Cost       float64        `json:"cost" rule:"range=0..,default=0" doc:"lifeforce that this change of state took"`
	Time       time.Time      `json:"time" rule:"required" doc:"when"`
}

// NPCState is a step of a non-player character's brain.
type NPCState struct {
	NPC    string         `json:"npc" rule:"required,token" doc:"the character"`
	State  string         `json:"state" rule:"required,len=1..64" doc:"the state it is in now"`
	Reason string         `json:"reason,omitzero" rule:"len=1..1024" doc:"why, in words"`
	Seen   jsontext.Value `json:"seen,omitzero" doc:"what it knows of its world"`
	Time   time.Time      `json:"time" rule:"required" doc:"when"`
}
