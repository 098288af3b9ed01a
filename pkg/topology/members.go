package topology

import (
	"reflect"
	"strings"
)

// memberOf returns the JSON member a field is written as ("" for none), and
// whether it may be absent.
func memberOf(field reflect.StructField) (member string, optional bool) {
	tag, rest, _ := strings.Cut(field.Tag.Get("json"), ",")
	if tag == "-" {
		return "", false
	}
	return tag, strings.Contains(rest, "omitempty")
}
