package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/pkg/daemon"
	"github.com/nimmerverse/nimmer/pkg/identity"
	"github.com/nimmerverse/nimmer/pkg/topology/ipa"
)

const identityLong = `Users, groups, sudo rules, access rules and service principals of the lab.

Every identity of the declaration is a user. Where the lab names a FreeIPA
(lab { ipa { server realm } }), plan shows how the server differs, apply makes
it so, check is for timers and CI. What apply makes carries a mark, and what
has no mark it never touches: an entry of somebody else with a name of ours is
a conflict, and nothing at all is changed until you decide.

Where there is no FreeIPA, local prints the same as local users.

Who logs in, the first that is there:
    --kerberos               your ticket (kinit), or --keytab FILE
    --password-file FILE     the first line; only its owner may read it
    a systemd credential     named ipa-password
    the terminal             it asks`

func identityCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "identity",
		Short: "Users and what they may do: compare FreeIPA with the declaration, make it so",
		Long:  identityLong,
		Example: `  nimmer identity plan topology
  nimmer identity apply topology --user admin --password-file ~/.ipa-password
  nimmer identity check topology --kerberos
  nimmer identity local topology --host theia`,
	}
	cmd.AddCommand(identityPlanCommand(), identityApplyCommand(), identityCheckCommand(), identityLocalCommand())
	return cmd
}

// ipaFlags say where the server is, who logs in, and what is meant.
type ipaFlags struct {
	server, address, caFile    string
	user, passwordFile, keytab string
	kerberos                   bool
	timeout                    time.Duration
	adopt                      []string
	prune                      bool
	output                     cli.Output
}

func (f *ipaFlags) add(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&f.server, "server", "", "name of the FreeIPA server (default: the declared one)")
	fs.StringVar(&f.address, "address", "", "reach it at HOST:PORT instead, as through a tunnel")
	fs.StringVar(&f.caFile, "ca-file", "", "its CA certificate (default: the declared one, else the system's)")
	fs.StringVar(&f.user, "user", "admin", "who logs in")
	fs.StringVar(&f.passwordFile, "password-file", "", "file with the password in its first line")
	fs.BoolVar(&f.kerberos, "kerberos", false, "log in with a Kerberos ticket (KRB5CCNAME, a FILE: cache)")
	fs.StringVar(&f.keytab, "keytab", "", "log in with this Kerberos keytab, as --user")
	fs.DurationVar(&f.timeout, "timeout", 2*time.Minute, "how long one request may take")
	fs.StringArrayVar(&f.adopt, "adopt", nil, "make an entry of somebody else's ours, as KIND:NAME (may be repeated)")
	fs.BoolVar(&f.prune, "prune", false, "lock users and delete rules and groups of ours that are no longer declared")
	cmd.MarkFlagsMutuallyExclusive("password-file", "kerberos")
	cmd.MarkFlagsMutuallyExclusive("password-file", "keytab")
	cli.AddOutput(cmd, &f.output)
}

func (f *ipaFlags) choice() (identity.Choice, error) {
	c := identity.Choice{Prune: f.prune, Adopt: map[string]bool{}}
	for _, entry := range f.adopt {
		kind, name, ok := strings.Cut(entry, ":")
		if !ok || name == "" || !identity.Kind(kind).Known() {
			return c, cli.Usagef("--adopt %q: write KIND:NAME, where KIND is one of %s", entry, identity.KindNames())
		}
		c.Adopt[entry] = true
	}
	return c, nil
}

// desiredOf reads the declaration and what it asks of FreeIPA.
func desiredOf(cmd *cobra.Command, args []string) (*ipa.Desired, error) {
	d, err := declared(cmd, args)
	if err != nil {
		return nil, err
	}
	if d.Topology.Lab.IPA == nil {
		return nil, &daemon.Error{
			Op: "find FreeIPA", Subject: "of lab " + d.Topology.Lab.Name, Err: fmt.Errorf("none is declared"),
			Hint: "declare it with `ipa { server realm ca_file }` in the lab block, or use `nimmer identity local`",
		}
	}
	return ipa.Compile(d.Topology)
}

// connect makes the client that the flags and the declaration stand for.
func (f *ipaFlags) connect(cmd *cobra.Command, d *ipa.Desired) (*identity.Client, error) {
	opts := identity.Options{Server: d.Server, Address: f.address, CAFile: d.CAFile, Timeout: f.timeout}
	if f.server != "" {
		opts.Server = f.server
	}
	if f.caFile != "" {
		opts.CAFile = f.caFile
	}
	login, err := f.login(cmd, d, opts.Server)
	if err != nil {
		return nil, err
	}
	opts.Login = login
	return identity.New(opts)
}

func (f *ipaFlags) login(cmd *cobra.Command, d *ipa.Desired, server string) (identity.Login, error) {
	if f.kerberos || f.keytab != "" {
		return identity.Kerberos{User: f.user, Realm: d.Realm, Keytab: f.keytab}, nil
	}
	if f.passwordFile != "" {
		return identity.Password{User: f.user, Secret: identity.SecretFile(f.passwordFile)}, nil
	}
	if path, ok := identity.Credential(identity.CredentialName); ok {
		return identity.Password{User: f.user, Secret: identity.SecretFile(path)}, nil
	}
	ask, err := cli.AskSecret(cmd.InOrStdin(), cmd.ErrOrStderr(), "Password of "+f.user+" on "+server+": ")
	if err != nil {
		return nil, &daemon.Error{
			Op: "log in to FreeIPA", Subject: server + " as " + f.user, Err: err,
			Hint: "use --password-file FILE, --kerberos, or the systemd credential " + identity.CredentialName,
		}
	}
	return identity.Password{User: f.user, Secret: ask}, nil
}

// plan compares the server with the declaration. The caller closes the client.
func (f *ipaFlags) plan(cmd *cobra.Command, args []string) (*identity.Client, *identity.Plan, error) {
	choice, err := f.choice()
	if err != nil {
		return nil, nil, err
	}
	d, err := desiredOf(cmd, args)
	if err != nil {
		return nil, nil, err
	}
	c, err := f.connect(cmd, d)
	if err != nil {
		return nil, nil, err
	}
	p, err := c.Plan(cmd.Context(), d, choice)
	if err != nil {
		c.Close()
		return nil, nil, err
	}
	return c, p, nil
}

func identityPlanCommand() *cobra.Command {
	var f ipaFlags
	cmd := &cobra.Command{
		Use:   "plan [DIR]",
		Short: "Show how FreeIPA differs from the declaration",
		Long: `Show how FreeIPA differs from the declaration. Nothing is changed.
Exits 3 when there are changes to make, 1 when there are conflicts, which apply
refuses.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, p, err := f.plan(cmd, args)
			if err != nil {
				return err
			}
			defer c.Close()
			if err := showIdentityPlan(cmd.OutOrStdout(), p, f.output); err != nil {
				return err
			}
			switch {
			case p.Count(identity.ActionConflict) > 0:
				return cli.Silent(cli.ExitFailed)
			case !p.Empty():
				return cli.Silent(cli.ExitChanges)
			}
			return nil
		},
	}
	f.add(cmd)
	return cmd
}

func identityApplyCommand() *cobra.Command {
	var f ipaFlags
	cmd := &cobra.Command{
		Use:   "apply [DIR]",
		Short: "Make FreeIPA what is declared",
		Long: `Make users, groups, rules and principals as declared. Applying twice changes
nothing the second time. When it fails half-way, or is interrupted, it says what
was done and what was not; the next apply goes on from there.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, p, err := f.plan(cmd, args)
			if err != nil {
				return err
			}
			defer c.Close()
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			context.AfterFunc(ctx, stop) // a second signal ends it at once
			report, failed := c.Apply(ctx, p, progress(cmd))
			if report == nil {
				return failed
			}
			if err := showReport(cmd.OutOrStdout(), report, f.output); err != nil {
				return err
			}
			return failed
		},
	}
	f.add(cmd)
	return cmd
}

func identityCheckCommand() *cobra.Command {
	var f ipaFlags
	cmd := &cobra.Command{
		Use:   "check [DIR]",
		Short: "Fail when FreeIPA is not what is declared",
		Long: `Compare as plan does, and exit 1 when anything is not as declared: changes,
conflicts, what waits for a host, what is no longer declared. What others added
is shown, and does not count.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, p, err := f.plan(cmd, args)
			if err != nil {
				return err
			}
			defer c.Close()
			if err := showIdentityPlan(cmd.OutOrStdout(), p, f.output); err != nil {
				return err
			}
			if !p.AsDeclared() {
				return cli.Silent(cli.ExitFailed)
			}
			return nil
		},
	}
	f.add(cmd)
	return cmd
}

func identityLocalCommand() *cobra.Command {
	var host string
	var output cli.Output
	cmd := &cobra.Command{
		Use:   "local [DIR]",
		Short: "Print users, groups and rules for machines without FreeIPA",
		Long: `Print users, groups, sudo rules and logins as JSON, for machines that make their
users themselves. The NixOS modules read it; it is also what
'nimmer topology emit' writes as ipa/local.json.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := declared(cmd, args)
			if err != nil {
				return err
			}
			local, err := ipa.CompileLocal(d.Topology)
			if err != nil {
				return err
			}
			if host != "" {
				if !hasHost(d.Topology, host) {
					return cli.Usagef("--host %q: the lab has no such host", host)
				}
				local = local.On(host)
			}
			return showLocal(cmd.OutOrStdout(), local, output)
		},
	}
	cmd.Flags().StringVar(&host, "host", "", "only what this host needs")
	cli.AddOutput(cmd, &output)
	output = cli.JSON // what the modules read; the table is for looking
	cmd.Flags().Lookup("output").DefValue = string(cli.JSON)
	return cmd
}
