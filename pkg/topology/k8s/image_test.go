package k8s

import (
	"strings"
	"testing"
)

func TestImageReference(t *testing.T) {
	t.Parallel()
	const registry = "registry.example.org/lab"
	sum := "sha256:" + strings.Repeat("ab", 32)
	for _, c := range []struct{ registry, image, version, want string }{
		{registry, "battery-cell", "v1", registry + "/battery-cell:v1"},
		{registry + "/", "battery-cell", "v1", registry + "/battery-cell:v1"},
		{registry, "eyes/camera", "", registry + "/eyes/camera:latest"},
		{"", "battery-cell", "v1", "battery-cell:v1"},
		{registry, "ghcr.io/eyes/camera", "v2", "ghcr.io/eyes/camera:v2"},
		{registry, "localhost/camera", "v2", "localhost/camera:v2"},
		{registry, "hub:5000/camera", "v2", "hub:5000/camera:v2"},
		{"hub:5000", "camera", "v2", "hub:5000/camera:v2"},
		// What has a tag or a digest keeps it; the version is then for people.
		{registry, "camera:1.2", "v1", registry + "/camera:1.2"},
		{registry, "camera@" + sum, "v1", registry + "/camera@" + sum},
	} {
		got, err := imageReference(c.registry, c.image, c.version)
		if err != nil || got != c.want {
			t.Errorf("%q of %q, version %q: %q, %v; want %q", c.image, c.registry, c.version, got, err, c.want)
		}
		if name := imageName(got); name != "battery-cell" && name != "camera" {
			t.Errorf("%q is called %q", got, name)
		}
	}
}

func TestNoImage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ registry, image, version string }{
		{"", "", ""}, {"", "Camera", "v1"}, {"https://registry.example.org", "camera", "v1"},
		{"", "camera", "v 1"}, {"", "camera:", ""}, {"", "camera@sha256:12", ""}, {"", "camera", strings.Repeat("v", 129)},
		{"registry", "../camera", ""},
	} {
		if got, err := imageReference(c.registry, c.image, c.version); err == nil {
			t.Errorf("%q of %q, version %q is taken for %q", c.image, c.registry, c.version, got)
		}
	}
}

func FuzzImageReference(f *testing.F) {
	f.Add("registry.example.org/lab", "battery-cell", "v1")
	f.Add("hub:5000", "a/b@sha256:"+strings.Repeat("0", 64), "")
	f.Add("", "localhost/x:y", "z")
	f.Fuzz(func(t *testing.T, registry, image, version string) {
		got, err := imageReference(registry, image, version)
		if err != nil {
			return
		}
		name := imageName(got)
		_, last, _ := strings.Cut(got, name)
		switch {
		case name == "" || strings.Contains(name, "/"):
			t.Errorf("%q is called %q", got, name)
		case strings.ContainsAny(got, " \t\n\"'"):
			t.Errorf("%q is no reference", got)
		case !strings.ContainsAny(last, ":@"):
			t.Errorf("%q has neither tag nor digest", got)
		}
		// A complete reference is one: nothing is added to it again.
		if again, err := imageReference("", got, "other"); err != nil || again != got {
			t.Errorf("%q becomes %q, %v", got, again, err)
		}
	})
}
