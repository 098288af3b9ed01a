package keys

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"golang.org/x/crypto/ssh"
)

// sealed ends the names of files that are encrypted.
const sealed = ".age"

// box encrypts for recipients and decrypts with identities. Without recipients
// files stay as they are.
type box struct {
	recipients []age.Recipient
	identities []age.Identity
}

// parseRecipients reads recipients as people write them: "age1..." or the
// public half of an SSH key.
func parseRecipients(words []string) ([]age.Recipient, error) {
	var out []age.Recipient
	for _, word := range words {
		r, err := parseRecipient(strings.TrimSpace(word))
		if err != nil {
			return nil, fail("use", called(word), `a recipient is what age-keygen prints ("age1...") or a line of an SSH public key file ("ssh-ed25519 ...")`, err)
		}
		out = append(out, r)
	}
	return out, nil
}

// called is how a message names a recipient. What looks like the secret half is
// not repeated: messages end up in logs.
func called(word string) string {
	if secretHalf(word) {
		return "recipient"
	}
	return fmt.Sprintf("recipient %.60q", word)
}

func secretHalf(word string) bool {
	word = strings.ToUpper(word)
	return strings.Contains(word, "AGE-SECRET-KEY-") || strings.Contains(word, "PRIVATE KEY")
}

func parseRecipient(word string) (age.Recipient, error) {
	switch {
	case strings.HasPrefix(word, "ssh-"):
		return agessh.ParseRecipient(word)
	case secretHalf(word):
		return nil, errors.New("it is an identity, the secret half, and now in the history of this shell: make another")
	case strings.ContainsAny(word, "\r\n"):
		return nil, errors.New("it is more than one line")
	}
	found, err := age.ParseRecipients(strings.NewReader(word))
	if err != nil || len(found) != 1 {
		return nil, errors.New("it is no recipient of age")
	}
	return found[0], nil
}

// readIdentities reads the files that open what is encrypted.
func readIdentities(paths []string) ([]age.Identity, error) {
	var out []age.Identity
	for _, path := range paths {
		data, err := readIdentity(path)
		if err != nil {
			return nil, fail("read identity", path, "name a file that age-keygen wrote, or an SSH private key, with --identity", err)
		}
		found, err := parseIdentities(data)
		if err != nil {
			return nil, fail("read identity", path, "name a file that age-keygen wrote, or an SSH private key without a passphrase, with --identity", err)
		}
		out = append(out, found...)
	}
	return out, nil
}

// readIdentity reads an identity's file. A pipe may hold one as well.
func readIdentity(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		var pe *fs.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		return nil, err
	}
	if info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
		return nil, failf("", "", "chmod 600 "+path, "others may read it (its mode is %04o)", info.Mode().Perm())
	}
	return os.ReadFile(path)
}

func parseIdentities(data []byte) ([]age.Identity, error) {
	switch {
	case bytes.HasPrefix(data, []byte("age-encryption.org/")), bytes.HasPrefix(data, []byte("-----BEGIN AGE")):
		return nil, errors.New("it is encrypted itself: decrypt it first (age -d)")
	case bytes.HasPrefix(bytes.TrimSpace(data), []byte("-----BEGIN")):
		id, err := agessh.ParseIdentity(data)
		if missing := (*ssh.PassphraseMissingError)(nil); errors.As(err, &missing) {
			return nil, errors.New("it has a passphrase")
		}
		if err != nil {
			return nil, errors.New("it is no SSH private key that age can use")
		}
		return []age.Identity{id}, nil
	}
	found, err := age.ParseIdentities(bytes.NewReader(data))
	if err != nil {
		return nil, errors.New("it holds no identity of age") // its own words may quote the file
	}
	return found, nil
}

// seal encrypts, when there are recipients.
func (b *box) seal(data []byte) ([]byte, error) {
	if len(b.recipients) == 0 {
		return data, nil
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, b.recipients...)
	if err != nil {
		return nil, fmt.Errorf("encrypt: %w", err)
	}
	if _, err := w.Write(data); err != nil {
		return nil, fmt.Errorf("encrypt: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("encrypt: %w", err)
	}
	return out.Bytes(), nil
}

// open decrypts the contents of a file.
func (b *box) open(path string, data []byte) ([]byte, error) {
	if len(b.identities) == 0 {
		return nil, failf("open", path, "name the file of the identity that opens it with --identity", "it is encrypted, and no identity was given")
	}
	r, err := age.Decrypt(bytes.NewReader(data), b.identities...)
	if none := (*age.NoIdentityMatchError)(nil); errors.As(err, &none) {
		return nil, failf("open", path, "name the identity it was encrypted for with --identity", "it was encrypted for somebody else")
	}
	if err == nil {
		data, err = io.ReadAll(r)
	}
	if err != nil {
		return nil, fail("open", path, "put it back from a backup", fmt.Errorf("it is damaged: %w", err))
	}
	return data, nil
}
