package host

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// certificate is one that ends then, in PEM.
func certificate(t testing.TB, end time.Time) []byte {
	t.Helper()
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	made := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: end.Add(-time.Hour), NotAfter: end}
	der, err := x509.CreateCertificate(rand.Reader, made, made, public, key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func TestCertificatesSayWhenTheFirstEnds(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	soon, late := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC), time.Date(2040, 1, 2, 3, 4, 5, 0, time.UTC)
	key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("secret")})
	for name, data := range map[string][]byte{
		"one.pem": certificate(t, late), "chain.pem": append(append(certificate(t, late), key...), certificate(t, soon)...),
		"key.pem": key, "broken.pem": []byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), "empty.pem": nil,
	} {
		if err := os.WriteFile(filepath.Join(root, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m := Machine{Root: root}
	ends, err := m.Certificates([]string{"/one.pem", "/chain.pem", "/gone.pem"})
	if err != nil || len(ends) != 2 || !ends["/one.pem"].Equal(late) || !ends["/chain.pem"].Equal(soon) {
		t.Errorf("%v, %v", ends, err)
	}
	ends, err = m.Certificates([]string{"/key.pem", "/broken.pem", "/empty.pem", "/one.pem"})
	if len(ends) != 1 || err == nil {
		t.Fatalf("%v, %v", ends, err)
	}
	for _, name := range []string{"/key.pem", "/broken.pem", "/empty.pem"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%v does not name %s", err, name)
		}
	}
	if strings.Contains(err.Error(), "secret") {
		t.Error("a key is in the error")
	}
}
