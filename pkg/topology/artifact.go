package topology

// Artifact is one emitted file.
type Artifact struct {
	// Path is where it lies below the folder of emitted files, with slashes.
	Path string
	Data []byte
}
