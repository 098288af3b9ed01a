package cell

import (
	"fmt"
	"regexp"
	"strings"
)

// Versioned is a Behaviour with a version of its own, such as "v1" or "1.2.0".
// Every cell is versioned for itself: its version changes when what it says
// means something else, not when another cell does.
type Versioned interface{ Version() string }

// unversioned is announced by who has no version.
const unversioned = "0.0.0"

var versionForm = regexp.MustCompile(`^v?(0|[1-9]\d{0,8})(?:\.(0|[1-9]\d{0,8}))?(?:\.(0|[1-9]\d{0,8}))?(-[0-9A-Za-z-]{1,16}(?:\.[0-9A-Za-z-]{1,16})*)?$`)

// Version reads a version as people write it and returns its full form: v1 is
// 1.0.0, 1.2-rc1 is 1.2.0-rc1.
func Version(text string) (string, error) {
	m := versionForm.FindStringSubmatch(text)
	if m == nil || len(text) > 48 {
		return "", fmt.Errorf("version %q: write it like v1, 1.2 or 1.2.3", text)
	}
	for i := 2; i <= 3; i++ {
		if m[i] == "" {
			m[i] = "0"
		}
	}
	return strings.Join(m[1:4], ".") + m[4], nil
}

// Satisfies says whether a version is the one that was asked for, as far as
// that was written: 1.4.2 satisfies v1 and 1.4, and not 1.5 or v2.
func Satisfies(version, asked string) bool {
	full, err := Version(version)
	if err != nil {
		return false
	}
	whole, err := Version(asked)
	if err != nil {
		return false
	}
	asked = strings.TrimPrefix(asked, "v")
	if strings.Contains(asked, "-") || strings.Count(asked, ".") == 2 {
		return full == whole
	}
	rest, ok := strings.CutPrefix(full, asked)
	return ok && rest[0] == '.'
}
