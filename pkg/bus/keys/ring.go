package keys

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nats-io/nkeys"
	"golang.org/x/sync/errgroup"
)

// ring holds the secrets of a site. What it holds of a key, and in which order,
// says nothing about which counts: that is the site's file to say. So a ring is
// written before it, with the old key and the new, and once more after it.
type ring struct {
	site  string // "hub dev"
	seeds map[string][]secret
	index map[string]secret // by public key
	words map[string]string // passwords that servers share
}

// secret is one key of a ring.
type secret struct{ public, seed string }

// ringFile is how a ring is stored.
type ringFile struct {
	FormatVersion int                 `json:"format_version"`
	Lab           string              `json:"lab"`
	Site          string              `json:"site"`
	Seeds         map[string][]string `json:"seeds"`
	Words         map[string]string   `json:"passwords,omitempty"`
}

// The names of keys in a ring.
const (
	keyOperator     = "operator"
	keyOperatorSign = "operator/sign"
)

func keyAccount(account string) string     { return "account/" + account }
func keyAccountSign(account string) string { return "account/" + account + "/sign" }
func keyUser(account, user string) string  { return "user/" + account + "/" + user }

// kindOf is what kind of key has a name.
func kindOf(name string) (nkeys.PrefixByte, bool) {
	switch head, rest, ok := strings.Cut(name, "/"); {
	case name == keyOperator, name == keyOperatorSign:
		return nkeys.PrefixByteOperator, true
	case head == "account" && ok && rest != "":
		return nkeys.PrefixByteAccount, true
	case head == "user" && ok && strings.Count(rest, "/") == 1:
		return nkeys.PrefixByteUser, true
	}
	return 0, false
}

func newRing(site string) *ring {
	return &ring{site: site, seeds: map[string][]secret{}, index: map[string]secret{}, words: map[string]string{}}
}

// parseRing reads a ring and checks each seed.
func parseRing(data []byte, lab, site string) (*ring, error) {
	var f ringFile
	if err := strict(data, &f); err != nil {
		return nil, err
	}
	switch {
	case f.FormatVersion != FormatVersion:
		return nil, fmt.Errorf("its format is %d, and this nimmer knows %d", f.FormatVersion, FormatVersion)
	case f.Lab != lab || f.Site != site:
		return nil, fmt.Errorf("it holds the keys of %.80q in the lab %.80q, not those of %q in the lab %q", f.Site, f.Lab, site, lab)
	}
	r := newRing(site)
	names := slices.Sorted(maps.Keys(f.Seeds))
	found := make([][]secret, len(names))
	var g errgroup.Group
	g.SetLimit(workers())
	for i, name := range names {
		g.Go(func() (err error) {
			found[i], err = parseSeeds(name, f.Seeds[name])
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	for i, name := range names {
		for _, s := range found[i] {
			if _, twice := r.index[s.public]; twice {
				return nil, fmt.Errorf("key %s is there twice", s.public)
			}
			r.add(name, s)
		}
	}
	maps.Copy(r.words, f.Words)
	return r, nil
}

// parseSeeds checks the seeds of one name. No message says anything of a seed.
func parseSeeds(name string, seeds []string) ([]secret, error) {
	want, ok := kindOf(name)
	if !ok {
		return nil, fmt.Errorf("nothing is called %.80q in it", name)
	}
	var out []secret
	for _, seed := range seeds {
		kind, _, err := nkeys.DecodeSeed([]byte(seed))
		if err != nil {
			return nil, fmt.Errorf("the seed of %.80q is damaged", name)
		}
		if kind != want {
			return nil, fmt.Errorf("the seed of %.80q is that of %s", name, article(kind))
		}
		pair, err := nkeys.FromSeed([]byte(seed))
		if err != nil {
			return nil, fmt.Errorf("the seed of %.80q is damaged", name)
		}
		public, err := pair.PublicKey()
		if err != nil {
			return nil, fmt.Errorf("the seed of %.80q is damaged", name)
		}
		out = append(out, secret{public, seed})
	}
	return out, nil
}

func article(kind nkeys.PrefixByte) string {
	word := kind.String()
	if strings.ContainsAny(word[:1], "ao") {
		return "an " + word
	}
	return "a " + word
}

// data is what is stored, the same bytes for the same ring.
func (r *ring) data(lab string) ([]byte, error) {
	f := ringFile{FormatVersion: FormatVersion, Lab: lab, Site: r.site, Seeds: map[string][]string{}, Words: r.words}
	for name, all := range r.seeds {
		for _, s := range all {
			f.Seeds[name] = append(f.Seeds[name], s.seed)
		}
	}
	return encode(f)
}

func (r *ring) add(name string, s secret) {
	r.seeds[name] = append(r.seeds[name], s)
	r.index[s.public] = s
}

// make adds a new key to a name.
func (r *ring) make(name string) (string, error) {
	kind, _ := kindOf(name)
	pair, err := nkeys.CreatePair(kind)
	if err != nil {
		return "", fmt.Errorf("make the key of %s: %w", name, err)
	}
	public, err := pair.PublicKey()
	if err != nil {
		return "", fmt.Errorf("make the key of %s: %w", name, err)
	}
	seed, err := pair.Seed()
	if err != nil {
		return "", fmt.Errorf("make the key of %s: %w", name, err)
	}
	r.add(name, secret{public, string(seed)})
	return public, nil
}

// newest is the key that was added to a name last; one is made when there is
// none. An earlier run that did not finish may have left it.
func (r *ring) newest(name string) (string, error) {
	if all := r.seeds[name]; len(all) > 0 {
		return all[len(all)-1].public, nil
	}
	return r.make(name)
}

// pair is the key that signs as a public key.
func (r *ring) pair(public string) (nkeys.KeyPair, error) {
	s, ok := r.index[public]
	if !ok {
		return nil, fmt.Errorf("the seed of %s is not among the keys of %s", public, r.site)
	}
	pair, err := nkeys.FromSeed([]byte(s.seed))
	if err != nil {
		return nil, fmt.Errorf("the seed of %s is damaged", public)
	}
	_, raw, err := nkeys.DecodeSeed([]byte(s.seed))
	if err != nil {
		return nil, fmt.Errorf("the seed of %s is damaged", public)
	}
	return &pen{pair, public, ed25519.NewKeyFromSeed(raw)}, nil
}

// pen signs much: the library makes the private key anew for each signature, and
// once more to say which key it is.
type pen struct {
	nkeys.KeyPair
	public string
	key    ed25519.PrivateKey
}

// PublicKey says which key signs.
func (p *pen) PublicKey() (string, error) { return p.public, nil }

// Sign signs.
func (p *pen) Sign(data []byte) ([]byte, error) { return ed25519.Sign(p.key, data), nil }

// only is a ring that holds no more than what is still used.
func (r *ring) only(used map[string]bool) *ring {
	out := newRing(r.site)
	for name, all := range r.seeds {
		for _, s := range all {
			if used[s.public] {
				out.add(name, s)
			}
		}
	}
	out.words = r.words
	return out
}

// strict reads JSON that holds what is expected and nothing else.
func strict(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return errors.New("it is damaged: it is not the JSON that was written") // the decoder's words may quote a seed
	}
	if dec.More() {
		return errors.New("it is damaged: something follows its end")
	}
	return nil
}

func encode(v any) ([]byte, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return append(data, '\n'), nil
}

// word is a password that servers share; it is made when it is missing.
func (r *ring) word(name string) string {
	if word, ok := r.words[name]; ok {
		return word
	}
	r.words[name] = rand.Text()
	return r.words[name]
}
