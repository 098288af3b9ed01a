package bus

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

// userInfo is what a server tells a user about himself.
type userInfo struct {
	Server struct {
		Time time.Time `json:"time"`
	} `json:"server"`
	Data struct {
		User        string        `json:"user"`
		Name        string        `json:"user_name"`
		Account     string        `json:"account"`
		AccountName string        `json:"account_name"`
		Expires     time.Duration `json:"expires"`
	} `json:"data"`
}

// whoAmI asks the server who we are to it.
func (c *Conn) whoAmI(ctx context.Context) (info userInfo, err error) {
	const subject = "$SYS.REQ.USER.INFO"
	ctx, cancel := context.WithTimeout(ctx, min(c.opts.Timeout, 2*time.Second))
	defer cancel()
	ctx, release := c.control.awaiting(ctx, subject)
	defer release()
	m, err := c.control.nc.RequestMsgWithContext(ctx, &nats.Msg{Subject: subject})
	if err == nil {
		err = json.Unmarshal(m.Data, &info)
	}
	return info, whyNot(ctx, err)
}

// Login returns the user and the account that the server took us for, by their
// names where they have some.
func (c *Conn) Login(ctx context.Context) (user, account string, err error) {
	info, err := c.whoAmI(ctx)
	if err != nil {
		return "", "", fail("ask", "who this user is", "", classify(err))
	}
	return cmp.Or(info.Data.Name, info.Data.User), cmp.Or(info.Data.AccountName, info.Data.Account), nil
}

// checkLogin asks the server who we are to it, and what time it is there.
func (c *Conn) checkLogin(ctx context.Context) []Finding {
	began := time.Now()
	info, err := c.whoAmI(ctx)
	took := time.Since(began)
	if err != nil {
		// Grants rarely include it, and nothing of ours needs it.
		return []Finding{{"login", Note, "the server does not tell who this user is", ""}}
	}
	login := Finding{"login", OK, fmt.Sprintf("user %q of account %q",
		cmp.Or(info.Data.Name, info.Data.User, "anonymous"), cmp.Or(info.Data.AccountName, info.Data.Account)), ""}
	if d := info.Data.Expires; d > 0 {
		login.Text += ", expires in " + d.Round(time.Minute).String()
		if d < soonExpired {
			login.Level, login.Remedy = Note, "sign new credentials in time"
		}
	}
	return []Finding{login, checkClock(info.Server.Time, began, took)}
}
