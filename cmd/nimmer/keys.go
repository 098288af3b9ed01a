package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/nimmerverse/nimmer/cmd/internal/cli"
	"github.com/nimmerverse/nimmer/pkg/bus/keys"
	"github.com/nimmerverse/nimmer/pkg/topology"
	"github.com/nimmerverse/nimmer/pkg/topology/accounts"
)

func keysCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "Keys of operators, accounts and users, and what is signed with them",
		Long: `Every hub, and every leaf, has an operator of its own. It signs accounts, they
sign users, and the servers check all of it. The keys are in a folder that only
you can read, outside the repository and the Nix store:

    nimmer bus keys init                  operators and system accounts, once
    nimmer bus keys apply                 make what is missing, sign what changed
    nimmer bus keys show                  who has which keys, what is out of date
    nimmer bus keys pack HOST --to DIR    what one host needs of it, to bring there
    nimmer bus keys rotate --user NAME    a new key for somebody
    nimmer bus keys revoke NAME           nobody logs in as NAME any more

The folder is /var/lib/nimmer/keys/LAB for root, $XDG_DATA_HOME/nimmer/keys/LAB
for everybody else. What servers and hosts get is in its folder out.`,
	}
	cmd.AddCommand(keysInitCommand(), keysApplyCommand(), keysRotateCommand(), keysRevokeCommand(), keysShowCommand(), keysPackCommand())
	return cmd
}

// keyFlags are the flags that the commands about keys share.
type keyFlags struct {
	keys.Options
	expires string
	output  cli.Output
}

func (f *keyFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.Dir, "keys", "", "folder of the keys (default: see 'nimmer bus keys --help')")
	cli.AddOutput(cmd, &f.output)
}

// addSeeds adds what commands need that read seeds.
func (f *keyFlags) addSeeds(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.Identities, "identity", nil, "file of the age identity, or SSH private key, that opens encrypted seeds")
}

// addOut adds what commands need that write for servers and hosts.
func (f *keyFlags) addOut(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.Out, "out", "", "folder for servers and hosts; remembered (default: out in the folder of the keys)")
}

func (f *keyFlags) addRecipients(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.Recipients, "recipient", nil, "age recipient (age1..., or an SSH public key) that seeds and credentials are encrypted for; remembered")
}

// lab finds the declaration and the folder of its keys. Without a folder of keys
// the lab's name says where they are.
func (f *keyFlags) lab(cmd *cobra.Command, args []string) (*topology.Topology, *accounts.Model, error) {
	d, err := declared(cmd, args)
	if err != nil {
		return nil, nil, err
	}
	m, err := accounts.Compile(d.Topology)
	if err != nil {
		return nil, nil, err
	}
	if f.Dir == "" {
		f.Dir, err = keys.DefaultDir(m.Lab)
	}
	f.Lab = m.Lab
	return d.Topology, m, err
}

// known finds the folder of keys; the declaration is read only for its name.
func (f *keyFlags) known(cmd *cobra.Command, args []string) error {
	if f.Dir != "" {
		return nil
	}
	_, _, err := f.lab(cmd, args)
	return err
}

func keysInitCommand() *cobra.Command {
	var f keyFlags
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Make the operator and the system account of each hub and leaf",
		Long: `Make the operator and the system account of each hub and leaf of the declaration
that has none. What exists is left alone.

With --recipient the seeds are encrypted, and so are the credentials: a recipient
is what age-keygen prints, or a line of an SSH public key file. Every command
that signs then needs --identity.`,
		Example: `  nimmer bus keys init topology
  nimmer bus keys init topology --recipient "$(age-keygen -y ~/.config/age/lab.txt)"`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			_, m, err := f.lab(cmd, args)
			if err != nil {
				return err
			}
			r, err := keys.Init(cmd.Context(), m, f.Options)
			if err != nil {
				return err
			}
			return showKeysReport(cmd.OutOrStdout(), r, f.output)
		},
	}
	f.add(cmd)
	f.addSeeds(cmd)
	f.addRecipients(cmd)
	return cmd
}

func keysApplyCommand() *cobra.Command {
	var f keyFlags
	cmd := &cobra.Command{
		Use:   "apply [DIR]",
		Short: "Make the keys that are missing, sign what changed, write what servers and hosts get",
		Long: `Make the keys of accounts and users that have none, and sign what changed in
meaning since the last time: a second apply writes nothing. Who is no longer
declared, or may do less than before, has the older credentials revoked; the
keys of those who are gone are kept until --prune.

In --out there is, for each hub and leaf, what goes beside its configuration
(resolver.conf, remotes.conf) and the credentials of its users. The last lines
say which servers must read theirs anew.`,
		Example: `  nimmer bus keys apply topology
  nimmer bus keys apply topology --expires 90d --identity ~/.config/age/lab.txt`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.parseExpires(cmd); err != nil {
				return err
			}
			t, m, err := f.lab(cmd, args)
			if err != nil {
				return err
			}
			r, err := keys.Apply(cmd.Context(), t, m, f.Options)
			if err != nil {
				return err
			}
			return showKeysReport(cmd.OutOrStdout(), r, f.output)
		},
	}
	f.add(cmd)
	f.addSeeds(cmd)
	f.addRecipients(cmd)
	f.addOut(cmd)
	cmd.Flags().StringVar(&f.CredsPath, "creds-path", "", "folder in which hosts of leaves have credentials, for remotes.conf; remembered (default: as declared for the leaf, else where they are in --out)")
	cmd.Flags().StringVar(&f.expires, "expires", "", "how long users' credentials count, as 90d, or never; remembered. They are renewed when less than a third is left (default never)")
	cmd.Flags().BoolVar(&f.Prune, "prune", false, "forget the keys of what is no longer declared")
	return cmd
}

// parseExpires reads --expires; at least an hour, so that a renewal can reach
// everybody.
func (f *keyFlags) parseExpires(cmd *cobra.Command) error {
	if !cmd.Flag("expires").Changed {
		return nil
	}
	var d time.Duration
	if f.expires != "never" {
		v, err := topology.ParseDuration(f.expires)
		if err != nil {
			return cli.Usagef("--expires: %w, or write never", err)
		}
		if d = v.Std(); d < time.Hour {
			return cli.Usagef("--expires must be 1h or more, or never, not %s", f.expires)
		}
	}
	f.Expires = &d
	return nil
}
