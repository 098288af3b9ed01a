package k8s

import (
	"fmt"
	"strings"

	"github.com/distribution/reference"
)

// imageReference is the full name of an image: what is declared, with the
// registry in front unless it names a host itself, and the version as its tag
// unless it has a tag or a digest.
func imageReference(registry, image, version string) (string, error) {
	full := image
	if registry != "" && !namesHost(image) {
		full = strings.TrimSuffix(registry, "/") + "/" + image
	}
	if named, err := reference.Parse(full); err == nil && reference.IsNameOnly(asNamed(named)) {
		tag := version
		if tag == "" {
			tag = "latest"
		}
		full += ":" + tag
	}
	ref, err := reference.Parse(full)
	if err != nil {
		return "", fmt.Errorf("%q is no image: %w", full, err)
	}
	if asNamed(ref) == nil {
		return "", fmt.Errorf("%q is a digest, and names no image", full)
	}
	return ref.String(), nil
}

// asNamed is the reference with its name, nil for a bare digest.
func asNamed(ref reference.Reference) reference.Named {
	named, _ := ref.(reference.Named)
	return named
}

// namesHost reports whether an image begins with a host: as everywhere, one
// with a dot or a port, or localhost.
func namesHost(image string) bool {
	first, _, more := strings.Cut(image, "/")
	return more && (strings.ContainsAny(first, ".:") || first == "localhost")
}

// imageName is the last part of an image's name, which says what it is.
func imageName(ref string) string {
	parsed, err := reference.Parse(ref)
	if err != nil || asNamed(parsed) == nil {
		return ""
	}
	path := asNamed(parsed).Name()
	return path[strings.LastIndex(path, "/")+1:]
}
