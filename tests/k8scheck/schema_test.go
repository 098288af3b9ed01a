package k8scheck

import (
	"fmt"
	"slices"
	"testing"

	"sigs.k8s.io/kubectl-validate/pkg/openapiclient"
	"sigs.k8s.io/kubectl-validate/pkg/validator"
)

// validators are kubectl-validate's, for every version of Kubernetes whose
// schemas it brings along.
func validators(t *testing.T) map[string]*validator.Validator {
	t.Helper()
	out := map[string]*validator.Validator{}
	for _, version := range openapiclient.HardcodedBuiltinVersions {
		v, err := validator.New(openapiclient.NewOverlay(
			openapiclient.HardcodedPatchLoader(version), openapiclient.NewHardcodedBuiltins(version)))
		if err != nil {
			t.Fatal(err)
		}
		out[version] = v
	}
	if len(out) < 5 {
		t.Fatalf("schemas of %d versions", len(out))
	}
	return out
}

// validate is strict: members that a version does not know are errors.
func validate(v *validator.Validator, doc []byte) error {
	_, object, err := v.Parse(doc)
	if err != nil {
		return fmt.Errorf("parse: %w\n%s", err, doc)
	}
	if err := v.Validate(object); err != nil {
		return fmt.Errorf("validate: %w\n%s", err, doc)
	}
	return nil
}

// Every version takes the example; the oldest and the newest take every lab.
func TestSchemas(t *testing.T) {
	all := validators(t)
	versions := slices.Sorted(func(yield func(string) bool) {
		for v := range all {
			if !yield(v) {
				return
			}
		}
	})
	t.Logf("Kubernetes %v", versions)
	objects := 0
	for i, l := range labs(t, 6) {
		for version, v := range all {
			if i > 0 && version != versions[0] && version != versions[len(versions)-1] {
				continue
			}
			for _, o := range l.overlays {
				for _, doc := range o.documents {
					objects++
					if err := validate(v, doc); err != nil {
						t.Fatalf("%s, Kubernetes %s: %v", l.what, version, err)
					}
				}
			}
		}
	}
	t.Logf("%d objects", objects)
}
