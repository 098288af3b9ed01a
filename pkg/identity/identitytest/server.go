package identitytest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
)

// Name is what the server is called, in its certificate and in Referers.
const Name = "ipa.example.test"

// Realm is the server's Kerberos realm.
const Realm = "EXAMPLE.TEST"

// Account is somebody who may log in.
type Account struct {
	Password string
	// Rejection is the reason why a login with the right password fails.
	Rejection string
	// ReadOnly accounts may change nothing.
	ReadOnly bool
}

// Server is a running server. Its exported fields are set before it is used.
type Server struct {
	// Release and API are the versions it says it has.
	Release, API string
	// SessionCalls is how many calls a session lasts; 0: for ever.
	SessionCalls int
	// SizeLimit is how much a search returns when asked for no limit; 0: all.
	SizeLimit int
	// Negotiate judges a Kerberos login; nil: every ticket is refused.
	Negotiate func(http.ResponseWriter, *http.Request) (principal string, ok bool)
	// Answer, where it is set, answers every JSON-RPC request instead.
	Answer http.HandlerFunc

	tls *httptest.Server
	dir string

	mu       sync.Mutex
	accounts map[string]Account
	sessions map[string]*session
	minted   int
	state    state
	faults   func(Command) Fault
	writes   int
	calls    []Command
}

type session struct {
	user  string
	calls int
}

// New starts a server that ends with the test. It knows one account, "admin"
// with the password "secret".
func New(tb testing.TB) *Server {
	tb.Helper()
	s, err := Start(tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Close)
	return s
}

// Start starts a server that keeps its CA's certificate in a folder. The
// caller closes it.
func Start(dir string) (*Server, error) {
	s := &Server{
		Release: "4.12.4", API: "2.254",
		accounts: map[string]Account{"admin": {Password: "secret"}},
		sessions: map[string]*session{},
		state:    newState(),
		dir:      dir,
	}
	conf, ca, err := certificate(Name)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(s.CAFile(), ca, 0o600); err != nil {
		return nil, fmt.Errorf("keep the CA's certificate: %w", err)
	}
	s.tls = httptest.NewUnstartedServer(s.mux())
	s.tls.TLS = conf
	s.tls.Config.ErrorLog = quiet()
	s.tls.StartTLS()
	return s, nil
}

// Address is where it listens.
func (s *Server) Address() string { return s.tls.Listener.Addr().String() }

// CAFile is the path of its CA's certificate.
func (s *Server) CAFile() string { return filepath.Join(s.dir, "ca.crt") }

// Close stops it before the test ends.
func (s *Server) Close() { s.tls.Close() }

// SetAccount adds or replaces who may log in.
func (s *Server) SetAccount(name string, a Account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts[name] = a
}

// ExpireSessions ends all sessions: the next call has to log in again.
func (s *Server) ExpireSessions() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.sessions)
}

// Logins returns how many sessions were opened.
func (s *Server) Logins() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.minted
}

func (s *Server) mux() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /ipa/session/login_password", s.referred(s.loginPassword))
	mux.HandleFunc("/ipa/session/login_kerberos", s.referred(s.loginKerberos))
	mux.HandleFunc("POST /ipa/session/json", s.referred(s.json))
	return mux
}

// referred refuses requests that do not come from the server's own pages.
func (s *Server) referred(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		const want = "https://" + Name + "/ipa"
		if ref := r.Header.Get("Referer"); len(ref) < len(want) || ref[:len(want)] != want {
			http.Error(w, "<html>denied</html>", http.StatusBadRequest)
			return
		}
		next(w, r)
	}
}

func (s *Server) loginPassword(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		http.Error(w, "Content-Type must be application/x-www-form-urlencoded", http.StatusBadRequest)
		return
	}
	if err := r.ParseForm(); err != nil || r.PostForm.Get("user") == "" || r.PostForm.Get("password") == "" {
		http.Error(w, "no user specified", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	account, ok := s.accounts[r.PostForm.Get("user")]
	switch {
	case !ok, account.Password != r.PostForm.Get("password"):
		reject(w, "invalid-password")
	case account.Rejection != "":
		reject(w, account.Rejection)
	default:
		s.open(w, r.PostForm.Get("user"))
	}
}

func (s *Server) loginKerberos(w http.ResponseWriter, r *http.Request) {
	if s.Negotiate == nil || r.Header.Get("Authorization") == "" {
		w.Header().Set("WWW-Authenticate", "Negotiate")
		reject(w, "")
		return
	}
	user, ok := s.Negotiate(w, r)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open(w, user)
}

func reject(w http.ResponseWriter, reason string) {
	if reason != "" {
		w.Header().Set("X-IPA-Rejection-Reason", reason)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusUnauthorized)
}

// open begins a session and hands out its cookie.
func (s *Server) open(w http.ResponseWriter, user string) {
	s.minted++
	token := "MagBearerToken=" + strconv.Itoa(s.minted)
	s.sessions[token] = &session{user: user}
	http.SetCookie(w, &http.Cookie{Name: "ipa_session", Value: token, Path: "/ipa", HttpOnly: true, Secure: true})
	w.WriteHeader(http.StatusOK)
}

// session returns who calls, or "" when there is no session, or it is over.
func (s *Server) session(r *http.Request) string {
	cookie, err := r.Cookie("ipa_session")
	if err != nil {
		return ""
	}
	open := s.sessions[cookie.Value]
	if open == nil {
		return ""
	}
	open.calls++
	if s.SessionCalls > 0 && open.calls > s.SessionCalls {
		delete(s.sessions, cookie.Value)
		return ""
	}
	return open.user
}
