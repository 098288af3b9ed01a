package keys

// Before is asked before each step of writing; its error ends the writing there,
// as the end of the process would.
func (o Options) Before(f func(step string) error) Options {
	o.before = f
	return o
}

// What the fuzz targets feed.
var (
	ParseSite = parseSite
	ParseRing = func(data []byte, lab, site string) ([]byte, error) {
		r, err := parseRing(data, lab, site)
		if err != nil {
			return nil, err
		}
		return r.data(lab)
	}
	ParseLab        = parseLab
	ParseIdentities = parseIdentities
	ParseRecipients = parseRecipients
	Verify          = (*site).verify
	Encode          = encode
	Narrowed        = narrowed
)
