package identity

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
)

// Request is one command with its parameters.
type Request struct {
	Method string
	// Args are the positional ones; most commands take the entry's name.
	Args []string
	// Options hold values of type string, []string, bool or int.
	Options map[string]any
}

// subject is what a request is about, for messages.
func (r Request) subject() string {
	if len(r.Args) == 0 {
		return ""
	}
	return r.Args[0]
}

// params is the request as FreeIPA reads it: [args, options].
func (r Request) params() [2]any {
	args, options := r.Args, r.Options
	if args == nil {
		args = []string{}
	}
	if options == nil {
		options = map[string]any{}
	}
	return [2]any{args, options}
}

// call is a request on the wire; a batch holds several as its argument.
type call struct {
	Method string `json:"method"`
	Params [2]any `json:"params"`
	ID     int    `json:"id,omitzero"`
}

// Reply is what a command returned. Members that a command does not have are
// empty.
type Reply struct {
	Err     *Error
	Summary string
	Entries []Entry // of find; show, add and mod have one
	// Truncated says that a search found more than it returned.
	Truncated bool
	// Failed are members that could not be added or removed, with the reason.
	Failed []FailedMember
}

// Entry returns the one entry of a reply.
func (r Reply) Entry() Entry {
	if len(r.Entries) == 0 {
		return nil
	}
	return r.Entries[0]
}

// FailedMember is a member that a command left as it was.
type FailedMember struct{ Type, Name, Reason string }

// response is the envelope of every answer.
type response struct {
	Result  *result `json:"result"`
	Error   *Error  `json:"error"`
	Version string  `json:"version"`
}

// result is what a command returns: what each of them has differs.
type result struct {
	Result    entries  `json:"result"`
	Truncated bool     `json:"truncated"`
	Failed    failures `json:"failed"`
	Count     int      `json:"count"`
	Results   []nested `json:"results"`
	Summary   any      `json:"summary"` // a text, or null
}

// nested is one answer within a batch: a result, or an error in its own form.
type nested struct {
	result
	Error     *string `json:"error"`
	ErrorCode int     `json:"error_code"`
	ErrorName string  `json:"error_name"`
}

// parseResponse reads an answer to one command.
func parseResponse(data []byte) (*response, error) {
	var r response
	if err := json.Unmarshal(bytes.TrimSpace(data), &r, json.MatchCaseInsensitiveNames(false)); err != nil {
		return nil, fmt.Errorf("it is no JSON-RPC: %w", err)
	}
	if r.Error == nil && r.Result == nil {
		return nil, errors.New("it holds neither a result nor an error")
	}
	return &r, nil
}

// reply turns the common part into a Reply.
func (r *result) reply() Reply {
	text, _ := r.Summary.(string)
	return Reply{Summary: text, Entries: r.Result, Truncated: r.Truncated, Failed: r.Failed}
}

// replies returns the answers of a batch; there is one for each request.
func (r *response) replies(want int) ([]Reply, error) {
	if r.Result == nil || len(r.Result.Results) != want {
		got := 0
		if r.Result != nil {
			got = len(r.Result.Results)
		}
		return nil, fmt.Errorf("read the server's answer: it holds %d results for %d commands", got, want)
	}
	list := make([]Reply, want)
	for i, n := range r.Result.Results {
		list[i] = n.reply()
		if n.Error != nil {
			list[i] = Reply{Err: &Error{Code: n.ErrorCode, Name: n.ErrorName, Message: *n.Error}}
		}
	}
	return list, nil
}
