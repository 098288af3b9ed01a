package emit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// ManifestName is the file that remembers what was emitted into a folder.
const ManifestName = "emitted.json"

// manifestVersion is the version of the manifest's form.
const manifestVersion = 1

// A Manifest is what was emitted into a folder, sorted by path. By it the next
// emit knows which files are its own, and which of them nobody edited since.
type Manifest struct {
	Entries []Entry
	// Unfinished says that an emit began and did not end.
	Unfinished bool
}

// An Entry is one file that was emitted.
type Entry struct {
	Path string `json:"path"`
	Part string `json:"part"`
	Sum  string `json:"sha256"`
	// Was is the sum of what is being replaced, while an emit is under way: one
	// that was interrupted leaves files of either kind.
	Was string `json:"was,omitempty"`
}

// Ours reports whether a file with this sum is as an emit left it.
func (e *Entry) Ours(sum string) bool { return sum == e.Sum || e.Was != "" && sum == e.Was }

// Sum is the hash of a file, as a manifest holds it.
func Sum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Entry returns the entry of a path, nil when there is none.
func (m *Manifest) Entry(path string) *Entry {
	i, ok := slices.BinarySearchFunc(m.Entries, path, func(e Entry, p string) int { return strings.Compare(e.Path, p) })
	if !ok {
		return nil
	}
	return &m.Entries[i]
}

// Render writes a manifest: one line for each file, so that two branches merge.
func (m *Manifest) Render() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\n  \"format_version\": %d,\n", manifestVersion)
	if m.Unfinished {
		b.WriteString("  \"unfinished\": true,\n")
	}
	b.WriteString("  \"files\": [")
	for i, e := range m.Entries {
		line, _ := json.Marshal(e) // strings alone: it cannot fail
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n    ")
		b.Write(line)
	}
	b.WriteString("\n  ]\n}\n")
	return b.Bytes()
}

// ParseManifest reads a manifest. Paths in it name files that may be removed,
// so what no emitter could have written is refused.
func ParseManifest(data []byte) (Manifest, error) {
	var doc struct {
		FormatVersion int     `json:"format_version"`
		Unfinished    bool    `json:"unfinished"`
		Files         []Entry `json:"files"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		return Manifest{}, fmt.Errorf("parse %s: %w", ManifestName, err)
	}
	if doc.FormatVersion != manifestVersion {
		return Manifest{}, fmt.Errorf("parse %s: format_version is %d, this program reads %d", ManifestName, doc.FormatVersion, manifestVersion)
	}
	m := Manifest{Entries: doc.Files, Unfinished: doc.Unfinished}
	for i := range m.Entries {
		if err := checkPath(m.Entries[i].Path); err != nil {
			return Manifest{}, fmt.Errorf("parse %s: %w", ManifestName, err)
		}
		if i > 0 && m.Entries[i-1].Path >= m.Entries[i].Path {
			return Manifest{}, fmt.Errorf("parse %s: %s stands twice, or out of order", ManifestName, m.Entries[i].Path)
		}
	}
	return m, nil
}
