package identitytest

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Fault is how a command goes wrong.
type Fault int

// The faults.
const (
	None      Fault = iota
	Deny            // the access rules forbid it
	Internal        // the server's code raises something
	CutBefore       // the connection dies before the command runs
	CutAfter        // the connection dies after it ran; no answer comes
	Forget          // the session is over before the request
)

// Command is one command that came in. Write counts the commands that change
// something, from 1; 0 for those that do not.
type Command struct {
	Method  string
	Args    []string
	Options map[string]any
	Write   int
}

// Inject asks f before each command how it should go wrong.
func (s *Server) Inject(f func(Command) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = f
}

// Calls returns the commands that came in, those of batches one by one.
func (s *Server) Calls() []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Writes returns how many commands that change something came in.
func (s *Server) Writes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.writes
}

// fault is an error in FreeIPA's form.
type fault struct {
	code int
	name string
	text string
}

func errorf(code int, name, format string, args ...any) *fault {
	return &fault{code, name, fmt.Sprintf(format, args...)}
}

// cut ends the connection instead of an answer.
type cut struct{}

// json serves one JSON-RPC request.
func (s *Server) json(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() {
		if v := recover(); v != nil {
			if _, meant := v.(cut); !meant {
				panic(v)
			}
			panic(http.ErrAbortHandler)
		}
	}()
	if s.Answer != nil {
		s.Answer(w, r)
		return
	}
	user := s.session(r)
	if user == "" {
		w.Header().Set("WWW-Authenticate", "Negotiate")
		reject(w, "")
		return
	}
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	result, f := s.execute(user, data)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	answer := map[string]any{"result": result, "error": nil, "id": 1, "principal": user + "@" + Realm, "version": s.Release}
	if f != nil {
		answer["result"] = nil
		answer["error"] = map[string]any{"code": f.code, "name": f.name, "message": f.text, "data": map[string]any{}}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// wire is a request as it comes in.
type wire struct {
	Method *string           `json:"method"`
	Params []json.RawMessage `json:"params"`
}

func (s *Server) execute(user string, data []byte) (any, *fault) {
	var q wire
	switch err := json.Unmarshal(data, &q); {
	case err != nil:
		return nil, errorf(909, "JSONError", "Invalid JSON-RPC request: %v", err)
	case q.Method == nil:
		return nil, errorf(909, "JSONError", `Invalid JSON-RPC request: Request is missing "method"`)
	case len(q.Params) != 2:
		return nil, errorf(909, "JSONError", "Invalid JSON-RPC request: params must contain [args, options]")
	}
	if *q.Method == "batch" {
		return s.batch(user, q)
	}
	return s.one(user, q)
}

// batch runs each command, whatever becomes of the others.
func (s *Server) batch(user string, q wire) (any, *fault) {
	var args [][]wire
	options := map[string]any{}
	if json.Unmarshal(q.Params[0], &args) != nil || len(args) != 1 || json.Unmarshal(q.Params[1], &options) != nil {
		return nil, errorf(3008, "ConversionError", "invalid 'methods': must be dict")
	}
	if f := s.checkOptions("batch", options); f != nil {
		return nil, f
	}
	results := []any{}
	for _, nested := range args[0] {
		if nested.Method == nil || len(nested.Params) != 2 {
			results = append(results, nestedError(errorf(3007, "RequirementError", "'method' is required")))
			continue
		}
		result, f := s.one(user, nested)
		if f != nil {
			results = append(results, nestedError(f))
			continue
		}
		result["error"] = nil
		results = append(results, result)
	}
	return map[string]any{"count": len(results), "results": results}, nil
}

func nestedError(f *fault) any {
	return map[string]any{"error": f.text, "error_code": f.code, "error_name": f.name, "error_kw": map[string]any{}}
}

// one runs a single command.
func (s *Server) one(user string, q wire) (map[string]any, *fault) {
	c := Command{Method: *q.Method, Options: map[string]any{}}
	var args []any
	if json.Unmarshal(q.Params[0], &args) != nil {
		return nil, errorf(909, "JSONError", "Invalid JSON-RPC request: params[0] (aka args) must be a list")
	}
	if json.Unmarshal(q.Params[1], &c.Options) != nil {
		return nil, errorf(909, "JSONError", "Invalid JSON-RPC request: params[1] (aka options) must be a dict")
	}
	for _, a := range args {
		c.Args = append(c.Args, fmt.Sprint(a))
	}
	run, known := commands[c.Method]
	if !known {
		return nil, errorf(905, "CommandError", "unknown command '%s'", c.Method)
	}
	if f := s.checkOptions(c.Method, c.Options); f != nil {
		return nil, f
	}
	if most := len(accepted[c.Method].args); len(c.Args) > most {
		return nil, errorf(3004, "MaxArgumentError", "command '%s' takes at most %d argument", c.Method, most)
	}
	return s.guarded(user, c, run)
}

func (s *Server) guarded(user string, c Command, run func(*call) (map[string]any, *fault)) (map[string]any, *fault) {
	if changes(c.Method) {
		s.writes++
		c.Write = s.writes
	}
	s.calls = append(s.calls, c)
	var wrong Fault
	if s.faults != nil {
		wrong = s.faults(c)
	}
	switch {
	case wrong == CutBefore:
		panic(cut{})
	case wrong == Internal:
		return nil, errorf(903, "InternalError", "an internal error has occurred")
	case wrong == Deny, c.Write > 0 && s.accounts[user].ReadOnly:
		return nil, errorf(2100, "ACIError", "Insufficient access: Insufficient 'write' privilege to the entry '%s'.", strings.Join(c.Args, " "))
	}
	result, f := run(&call{Command: c, s: s})
	if wrong == CutAfter {
		panic(cut{})
	}
	return result, f
}

// changes says that a command changes something.
func changes(method string) bool {
	for _, reads := range []string{"_show", "_find", "ping"} {
		if strings.HasSuffix(method, reads) {
			return false
		}
	}
	return true
}

// checkOptions refuses options that the command does not have, values of the
// wrong type, and another major version of the API.
func (s *Server) checkOptions(method string, options map[string]any) *fault {
	if v, ok := options["version"]; ok {
		text, _ := v.(string)
		if major, _, _ := strings.Cut(text, "."); major != "2" {
			return errorf(901, "VersionError", "%s client incompatible with %s server at 'https://%s/ipa/xml'", text, s.API, Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(options)) {
		typ, ok := accepted[method].options[name]
		if name == "version" {
			continue
		}
		if !ok {
			return errorf(3005, "OptionError", "Unknown option: %s", name)
		}
		if !fits(typ, options[name]) {
			return errorf(3008, "ConversionError", "invalid '%s': must be %s", name, typ)
		}
	}
	return nil
}

func fits(typ string, v any) bool {
	switch typ {
	case "text":
		_, ok := v.(string)
		return ok
	case "flag":
		_, ok := v.(bool)
		return ok
	case "integer":
		n, ok := v.(float64)
		return ok && n == float64(int64(n))
	case "texts":
		list, ok := v.([]any)
		for _, e := range list {
			if _, text := e.(string); !text {
				ok = false
			}
		}
		return ok
	}
	return false
}

// call is a command that runs, with its parameters at hand.
type call struct {
	Command

	s *Server
}

func (c *call) arg() string {
	if len(c.Args) == 0 {
		return ""
	}
	return c.Args[0]
}

func (c *call) text(name string) (string, bool) {
	switch v := c.Options[name].(type) {
	case string:
		return v, true
	case float64:
		return strconv.FormatInt(int64(v), 10), true
	}
	return "", false
}

func (c *call) list(name string) []string {
	var all []string
	list, _ := c.Options[name].([]any)
	for _, v := range list {
		all = append(all, v.(string))
	}
	return all
}

// flag returns a yes or no, or what it is when nothing is said.
func (c *call) flag(name string, otherwise bool) bool {
	if v, ok := c.Options[name].(bool); ok {
		return v
	}
	return otherwise
}
