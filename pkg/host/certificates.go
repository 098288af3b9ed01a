package host

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// maxCertificates bounds what is read of one file; the authorities of a whole
// distribution are a quarter of it.
const maxCertificates = 1 << 20

// Certificates says of files of certificates when the first of those in each
// ends. Those that are not there are left out; what cannot be read is the error.
func (m Machine) Certificates(files []string) (ends map[string]time.Time, err error) {
	var errs []error
	ends = map[string]time.Time{}
	for _, name := range files {
		end, err := m.certificate(name)
		switch {
		case err == nil:
			ends[name] = end
		case !errors.Is(err, fs.ErrNotExist):
			errs = append(errs, fmt.Errorf("read certificate %s: %w", name, err))
		}
	}
	return ends, errors.Join(errs...)
}

func (m Machine) certificate(name string) (first time.Time, err error) {
	f, err := os.Open(m.path(name))
	if err != nil {
		return first, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxCertificates))
	if err != nil {
		return first, err
	}
	for {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return first, err
		}
		if first.IsZero() || c.NotAfter.Before(first) {
			first = c.NotAfter
		}
	}
	if first.IsZero() {
		return first, errors.New("there is no certificate in it")
	}
	return first, nil
}
