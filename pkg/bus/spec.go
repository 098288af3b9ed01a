package bus

import "time"

// StreamSpec is a stream as it is declared.
type StreamSpec struct {
	Name          string
	Environment   string
	Subjects      []string
	Policy        string
	MaxAge        time.Duration
	MaxBytes      int64
	MaxPerSubject int64
	Replicas      int
	Atomic        bool
}

// BucketSpec is a key-value bucket as it is declared.
type BucketSpec struct {
	Name        string
	Environment string
	History     int
	TTL         time.Duration
	MaxBytes    int64
	Replicas    int
}
