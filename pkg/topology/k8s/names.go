package k8s

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"regexp"
	"strings"
)

const (
	// maxLabel is the longest DNS label, and the longest value of a label.
	maxLabel = 63
	// digestSize is how many letters of a digest make a shortened name unique.
	digestSize = 12
)

var (
	// legalLabel is a DNS label, which every kind of object may be called.
	legalLabel = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	// shortened is what label makes of a name that it cannot keep.
	shortened = regexp.MustCompile(`-x[a-z2-7]{12}$`)
	notLabel  = regexp.MustCompile(`[^a-z0-9-]+`)
)

// label makes a DNS label of a name. A legal one stays as it is; any other,
// and one that looks as if it had been shortened, ends in a digest of itself,
// so that two names give two labels.
func label(name string) string {
	if legalLabel.MatchString(name) && !shortened.MatchString(name) {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	digest := "x" + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:digestSize]
	stem := strings.Trim(notLabel.ReplaceAllString(strings.ToLower(name), "-"), "-")
	stem = strings.TrimRight(stem[:min(len(stem), maxLabel-1-len(digest))], "-")
	if stem == "" {
		return digest
	}
	return stem + "-" + digest
}

// token is how a declared name stands in subjects and in the names of users.
func token(name string) string { return strings.ReplaceAll(name, "_", "-") }

// objectName is what the objects of a workload are called, as "cell-math".
func objectName(role, name string) string { return label(role + "-" + token(name)) }

// secretName is the secret that holds a user's credentials: the user's name
// with dots for its underscores, each part a label. "dev_cell_math" is found
// in "dev.cell.math", and no two users in one.
func secretName(user string) string {
	parts := strings.Split(user, "_")
	for i, p := range parts {
		parts[i] = label(p)
	}
	return strings.Join(parts, ".")
}

// namespaceName is the namespace of an environment in a cluster.
func namespaceName(pattern, env string) string {
	return label(strings.ReplaceAll(pattern, "ENV", token(env)))
}

// labelValue makes the value of a label: unlike a name it may be empty, and
// hold capitals, dots and underscores.
func labelValue(v string) string {
	if legalValue.MatchString(v) {
		return v
	}
	return label(v)
}

var legalValue = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$`)

// envName is what Kubernetes accepts as the name of a variable in every
// version that is in use.
var envName = regexp.MustCompile(`^[A-Za-z_.-][A-Za-z0-9_.-]*$`)

func checkEnvName(name string) error {
	if !envName.MatchString(name) || name == "." || strings.HasPrefix(name, "..") {
		return fmt.Errorf("%q is no name of a variable", name)
	}
	return nil
}
