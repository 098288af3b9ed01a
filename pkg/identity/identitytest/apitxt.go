package identitytest

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// API is what FreeIPA's API.txt describes: commands by name.
type API map[string]*APICommand

// APICommand is one command of an API.
type APICommand struct {
	Args, Options []APIParam
	// counts are what the description itself says of their numbers.
	counts [2]int
}

// APIParam is a parameter.
type APIParam struct {
	Name string
	// Type is its class, as Str, Flag or Principal.
	Type string
	// Required says that a value must be given; Autofill, that the server has
	// one if need be; Multi, that it may have several.
	Required, Autofill, Multi bool
}

// Option returns an option by name.
func (c *APICommand) Option(name string) (APIParam, bool) {
	for _, p := range c.Options {
		if p.Name == name {
			return p, true
		}
	}
	return APIParam{}, false
}

// ParseAPI reads an API.txt. Only version 1 of a command counts: the one that
// a call without a version gets.
func ParseAPI(r io.Reader) (API, error) {
	api := API{}
	var current *APICommand
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		word, rest, ok := strings.Cut(lines.Text(), ": ")
		if !ok {
			continue
		}
		if word == "command" {
			name, version, _ := strings.Cut(rest, "/")
			if current = nil; version == "1" {
				current = &APICommand{}
				api[name] = current
			}
			continue
		}
		if current == nil {
			continue
		}
		if err := current.line(word, rest); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read API description: %w", err)
	}
	if len(api) == 0 {
		return nil, fmt.Errorf("it describes no command")
	}
	return api, api.complete()
}

// complete compares what was read with the numbers in the description.
func (a API) complete() error {
	for name, c := range a {
		if got := [2]int{len(c.Args), len(c.Options)}; got != c.counts {
			return fmt.Errorf("command %s: read %d arguments and %d options, it says %d and %d", name, got[0], got[1], c.counts[0], c.counts[1])
		}
	}
	return nil
}

func (c *APICommand) line(word, rest string) error {
	switch word {
	case "args":
		return c.count(rest)
	case "arg", "option":
		p, err := parseParam(rest)
		if err != nil {
			return err
		}
		if word == "arg" {
			c.Args = append(c.Args, p)
		} else {
			c.Options = append(c.Options, p)
		}
	}
	return nil
}

func (c *APICommand) count(rest string) error {
	numbers := strings.Split(rest, ",")
	if len(numbers) != 3 {
		return fmt.Errorf("%q are no three numbers", rest)
	}
	for i := range c.counts {
		n, err := strconv.Atoi(numbers[i])
		if err != nil {
			return fmt.Errorf("%q are no three numbers", rest)
		}
		c.counts[i] = n
	}
	return nil
}

// parseParam reads "Str('uid*', cli_name='login')".
func parseParam(text string) (APIParam, error) {
	class, rest, ok := strings.Cut(text, "('")
	name, flags, closed := strings.Cut(rest, "'")
	if !ok || !closed || class == "" || name == "" {
		return APIParam{}, fmt.Errorf("%q is no parameter", text)
	}
	p := APIParam{Type: class, Required: true, Autofill: strings.Contains(flags, "autofill=True")}
	switch name[len(name)-1] {
	case '*':
		p.Required, p.Multi = false, true
	case '+':
		p.Multi = true
	case '?':
		p.Required = false
	}
	p.Name = strings.TrimRight(name, "*+?")
	if p.Name == "" {
		return APIParam{}, fmt.Errorf("%q has no name", text)
	}
	return p, nil
}
