package load

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// functions returns what expressions may call.
func (l *loader) functions() map[string]function.Function {
	return map[string]function.Function{
		"abs":         stdlib.AbsoluteFunc,
		"can":         tryfunc.CanFunc,
		"ceil":        stdlib.CeilFunc,
		"cidrhost":    cidrHostFunc,
		"cidrnetmask": cidrNetmaskFunc,
		"cidrsubnet":  cidrSubnetFunc,
		"coalesce":    stdlib.CoalesceFunc,
		"compact":     stdlib.CompactFunc,
		"concat":      stdlib.ConcatFunc,
		"contains":    stdlib.ContainsFunc,
		"distinct":    distinctFunc,
		"element":     stdlib.ElementFunc,
		"file":        l.fileFunc(),
		"flatten":     stdlib.FlattenFunc,
		"floor":       stdlib.FloorFunc,
		"format":      guarded(stdlib.FormatFunc, guardFormat),
		"join":        guarded(stdlib.JoinFunc, guardJoin),
		"jsondecode":  stdlib.JSONDecodeFunc,
		"jsonencode":  stdlib.JSONEncodeFunc,
		"keys":        stdlib.KeysFunc,
		"length":      lengthFunc,
		"lookup":      stdlib.LookupFunc,
		"lower":       stdlib.LowerFunc,
		"max":         stdlib.MaxFunc,
		"merge":       stdlib.MergeFunc,
		"min":         stdlib.MinFunc,
		"range":       l.rangeFunc(),
		"replace":     guarded(stdlib.ReplaceFunc, guardReplace),
		"reverse":     stdlib.ReverseListFunc,
		"slice":       stdlib.SliceFunc,
		"sort":        stdlib.SortFunc,
		"split":       guarded(stdlib.SplitFunc, guardSplit),
		"substr":      stdlib.SubstrFunc,
		"tobool":      stdlib.MakeToFunc(cty.Bool),
		"tolist":      stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType)),
		"tomap":       stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType)),
		"tonumber":    stdlib.MakeToFunc(cty.Number),
		"toset":       stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)),
		"tostring":    stdlib.MakeToFunc(cty.String),
		"trimprefix":  stdlib.TrimPrefixFunc,
		"trimspace":   stdlib.TrimSpaceFunc,
		"trimsuffix":  stdlib.TrimSuffixFunc,
		"try":         tryfunc.TryFunc,
		"upper":       stdlib.UpperFunc,
		"values":      stdlib.ValuesFunc,
		"zipmap":      stdlib.ZipmapFunc,
	}
}

// Functions returns the names of the functions that expressions may call, sorted.
func Functions() []string { return sortedKeys((&loader{}).functions()) }

// guarded looks at the arguments before a function may use them.
func guarded(f function.Function, check func(args []cty.Value) error) function.Function {
	return function.New(&function.Spec{
		Params: f.Params(), VarParam: f.VarParam(),
		Type: func(args []cty.Value) (cty.Type, error) {
			if err := check(args); err != nil {
				return cty.NilType, err
			}
			return f.ReturnTypeForValues(args)
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return f.Call(args) },
	})
}

var errTooLong = fmt.Errorf("the result would be longer than %d bytes", maxString)

// text returns the strings in v, at any depth of lists.
func text(v cty.Value) []string {
	var out []string
	for _, e := range flatten(v) {
		if e.Type() == cty.String && e.IsKnown() && !e.IsNull() {
			out = append(out, e.AsString())
		}
	}
	return out
}

var wideVerb = regexp.MustCompile(`%[^a-zA-Z%]*[0-9]{4}`)

func guardFormat(args []cty.Value) error {
	if f := text(args[0]); len(f) == 1 && (wideVerb.MatchString(f[0]) || len(f[0]) > maxString) {
		return errors.New("a width or precision has at most three digits")
	}
	return nil
}

func guardJoin(args []cty.Value) error {
	total := 0
	separator := strings.Join(text(args[0]), "")
	for _, list := range args[1:] {
		for _, s := range text(list) {
			total += len(s) + len(separator)
		}
	}
	if total > maxString {
		return errTooLong
	}
	return nil
}

func guardReplace(args []cty.Value) error {
	s, old, with := text(args[0]), text(args[1]), text(args[2])
	if len(s)+len(old)+len(with) == 3 && strings.Count(s[0], old[0])*len(with[0]) > maxString {
		return errTooLong
	}
	return nil
}

func guardSplit(args []cty.Value) error {
	sep, s := text(args[0]), text(args[1])
	if len(sep)+len(s) == 2 && strings.Count(s[0], sep[0]) > maxRange {
		return fmt.Errorf("the result would have more than %d elements", maxRange)
	}
	return nil
}

// lengthFunc counts elements, or the bytes of a string.
var lengthFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowDynamicType: true}},
	Type: func(args []cty.Value) (cty.Type, error) {
		if args[0].Type() == cty.String || args[0].Type() == cty.DynamicPseudoType {
			return cty.Number, nil
		}
		return stdlib.LengthFunc.ReturnTypeForValues(args)
	},
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if args[0].Type() == cty.String {
			return cty.NumberIntVal(int64(len(args[0].AsString()))), nil
		}
		return stdlib.LengthFunc.Call(args)
	},
})

// distinctFunc keeps the first of equal elements; the library's compares each
// with each.
var distinctFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "list", Type: cty.List(cty.DynamicPseudoType)}},
	Type:   func(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil },
	Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
		if !args[0].IsWhollyKnown() {
			return cty.UnknownVal(t), nil
		}
		seen := map[int][]cty.Value{}
		var out []cty.Value
	elements:
		for it := args[0].ElementIterator(); it.Next(); {
			_, v := it.Element()
			h := v.Hash()
			for _, other := range seen[h] {
				if v.RawEquals(other) {
					continue elements
				}
			}
			seen[h] = append(seen[h], v)
			out = append(out, v)
		}
		if len(out) == 0 {
			return cty.ListValEmpty(t.ElementType()), nil
		}
		return cty.ListVal(out), nil
	},
})

// rangeFunc is range(end), range(start, end) or range(start, end, step), end
// excluded.
func (l *loader) rangeFunc() function.Function {
	return function.New(&function.Spec{
		VarParam: &function.Parameter{Name: "bounds", Type: cty.Number},
		Type:     function.StaticReturnType(cty.List(cty.Number)),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			n := make([]float64, len(args))
			for i, a := range args {
				n[i], _ = a.AsBigFloat().Float64()
			}
			start, end, step := 0.0, 0.0, 1.0
			switch len(n) {
			case 1:
				end = n[0]
			case 2:
				start, end = n[0], n[1]
			case 3:
				start, end, step = n[0], n[1], n[2]
			default:
				return cty.NilVal, errors.New("range takes an end, a start and an end, or a start, an end and a step")
			}
			return l.rangeOf(start, end, step)
		},
	})
}

func (l *loader) rangeOf(start, end, step float64) (cty.Value, error) {
	n := (end - start) / step
	if step == 0 || n > maxRange || n != n {
		return cty.NilVal, fmt.Errorf("range makes at most %d elements, and its step is not 0", maxRange)
	}
	if !l.charge(max(int(n), 0)) {
		return cty.NilVal, errSpent
	}
	var out []cty.Value
	for i := 0; ; i++ {
		v := start + float64(i)*step
		if (step > 0 && v >= end) || (step < 0 && v <= end) || v != v {
			break
		}
		out = append(out, cty.NumberFloatVal(v))
	}
	if len(out) == 0 {
		return cty.ListValEmpty(cty.Number), nil
	}
	return cty.ListVal(out), nil
}

// fileFunc reads a text file inside the folder.
func (l *loader) fileFunc() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			src, err := l.readFile(args[0].AsString())
			if err != nil {
				return cty.NilVal, err
			}
			return cty.StringVal(string(src)), nil
		},
	})
}

// readFile reads a text file inside the folder, once.
func (l *loader) readFile(name string) ([]byte, error) {
	if src, ok := l.texts[name]; ok {
		return src, nil
	}
	src, err := l.read(name)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read %q: %w (only files inside the declaration's folder can be read)", name, cause(err))
	case len(src) > maxString:
		return nil, fmt.Errorf("read %q: it has %d bytes, at most %d are read", name, len(src), maxString)
	case !utf8.Valid(src):
		return nil, fmt.Errorf("read %q: it is not UTF-8 text", name)
	}
	l.texts[name] = src
	return src, nil
}
